"""The table of what the specifications ask and the tests that hold the provider to it: `docs/conformance.md`.

The clauses stand in `tools/conformance_clauses/*.yaml`, by specification: `[section, what it asks, test, …]`. A clause has the
tests that are named there, and those whose docstring cites its section. Run as a command it runs these tests and prints
each clause with its result.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import yaml

from tools.clauses import ROOT, cited

CLAUSES = Path(__file__).with_name("conformance_clauses")
OTHERS = r"(?: \d+(?:\.\d+)*(?:,| and))*"
NEVER = re.compile(r"(?!)")
TEST = re.compile(r"^\s*def test_(\w+)\(", re.MULTILINE)
HEAD = """
What the specifications ask of the provider, in our own words, and the tests that hold it to that. *P1* to *P12* are sections of
[protocol.md](protocol.md); P10 and P11 are not part of this table.

There is no column of results: one that was written down would be that of another day. `make test` runs every test named here,
so where it is green every clause has passed. `make check` fails where a clause has no test, or names one that is not
there. `make conformance` runs the tests of this table alone and prints each clause with its result.
"""


@dataclass(frozen=True, slots=True)
class Clause:
    """What `section` of `spec` asks, and the tests of it: file and name."""

    spec: str
    section: str
    asks: str
    tests: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return f"{self.spec} {self.section}".strip()


def clauses() -> Iterator[Clause]:
    """Every clause, in the order of the files. Raises ValueError where one names a test that is not there, or is not alone."""
    for path in sorted(CLAUSES.glob("*.yaml")):
        for spec, rows in yaml.safe_load(path.read_text("utf-8")).items():
            for section, asks, *named in rows:
                found = [*map(_test, named), *_citing(spec, section)]
                yield Clause(spec, section, asks, tuple(dict.fromkeys(found)))


def empty() -> list[str]:
    """The clauses that no test holds the provider to."""
    return [f"{clause.name}: {clause.asks}" for clause in clauses() if not clause.tests]


def conformance_page(made: str) -> str:
    """One row for each clause, by specification."""
    lines, spec = ["# Conformance", made, HEAD.strip()], ""
    for clause in clauses():
        if clause.spec != spec:
            spec = clause.spec
            lines += ["", f"## {spec}", "", "| clause | what it asks | tests |", "| --- | --- | --- |"]
        tests = "<br>".join(f"[{_words(name)}](../{path})" for path, name in clause.tests)
        lines.append(f"| {clause.name} | {clause.asks.replace('|', '&#124;')} | {tests or '**none**'} |")
    return "\n".join(lines) + "\n"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _citing(spec: str, section: str) -> list[tuple[str, str]]:
    """The tests whose docstring cites a section, as in "Core 3.1.2.1, 3.1.2.6" or "Core 3.1.2.1 max_age"."""
    cites = re.compile(rf"\b{re.escape(spec)}{OTHERS} {re.escape(section)}(?![\w.]*\d)") if section else NEVER
    return [(path, name) for path, name, docstring in _cited() if cites.search(docstring)]


@cache
def _cited() -> tuple[tuple[str, str, str], ...]:
    return tuple((path, name.removeprefix("test_"), " ".join(text.split())) for path, name, text in cited())


@cache
def _files() -> Mapping[str, tuple[str, ...]]:
    files: dict[str, tuple[str, ...]] = {}
    for path in sorted((ROOT / "tests").glob("**/test_*.py")):
        for name in TEST.findall(path.read_text("utf-8")):
            files[name] = (*files.get(name, ()), path.relative_to(ROOT).as_posix())
    return files


def _test(named: str) -> tuple[str, str]:
    """The test of this name, which begins with that of its file where several have it: `test_sign_in.the_name`."""
    file, _, name = named.rpartition(".")
    files = [path for path in _files().get(name, ()) if path.endswith(f"/{file}.py") or not file]
    if len(files) != 1:
        raise ValueError(f"{named}: a clause needs one test of this name, and there are {len(files)}")
    return files[0], name


class _Results:
    """Which tests failed, and which passed, of a run of pytest."""

    def __init__(self) -> None:
        self.worst: dict[tuple[str, str], str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        path, _, name = report.nodeid.partition("::")
        test = (path, name.partition("[")[0].removeprefix("test_"))
        if report.failed or (report.passed and report.when == "call" and test not in self.worst):
            self.worst[test] = report.outcome


def main() -> int:
    """Runs the tests of the table; answers 1 where a clause did not pass."""
    table, results = tuple(clauses()), _Results()
    wanted = sorted({f"{path}::test_{name}" for clause in table for path, name in clause.tests})
    pytest.main(["-q", "--no-header", *wanted], plugins=[results])
    passed = [all(results.worst.get(test) == "passed" for test in (clause.tests or [("", "")])) for clause in table]
    for clause, good in zip(table, passed, strict=True):
        print(f"{'passed' if good else 'FAILED'}  {clause.name}: {clause.asks}")
    print(f"{sum(passed)} of {len(passed)} clauses passed")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
