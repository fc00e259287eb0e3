"""Puts what was measured into docs/performance.md, between two markers; the words around them are written by hand."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from sqlite3 import sqlite_version
from statistics import median

from benchmarks.load import Measured

MEASURED, TIMING = "measured", "timing"
PACKAGES = ("flask", "werkzeug", "granian", "authlib", "joserfc", "cryptography", "sqlalchemy", "argon2-cffi")


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint: its rounds, each beside the round of the empty view that ran just before it."""

    name: str
    rounds: Sequence[tuple[Measured, Measured]]
    goal: float | None = None

    @property
    def ratio(self) -> float:
        """The median of the ratios to the empty view."""
        return median(own.rate / bare.rate for bare, own in self.rounds)

    def line(self) -> str:
        mine = [own for _, own in self.rounds]
        rate, cpu, p50, p95 = (median(getattr(one, name) for one in mine) for name in ("rate", "cpu_us", "p50", "p95"))
        goal = "—" if self.goal is None else f"≥ {self.goal:.2f} {_mark(self.ratio >= self.goal)}"
        return f"| {self.name} | {rate:,.0f} | {self.ratio:.3f} | {goal} | {cpu:,.0f} | {p50:.1f} | {p95:.1f} |"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one run found out."""

    rows: Sequence[Row]
    quiet: Sequence[Measured]
    beside: Sequence[Measured]
    sign_ins_beside: int
    worker_mib: float

    def text(self) -> str:
        bare, cpu = (median(getattr(one, name) for row in self.rows for one, _ in row.rounds) for name in ("rate", "cpu_us"))
        empty = f"The empty view: {bare:,.0f} requests a second, {cpu:,.0f} CPU µs each (medians of all its rounds)."
        lines = [_machine(), "", empty, ""]
        lines += [
            "| endpoint | requests/s | of the empty view | goal | CPU µs | p50 ms | p95 ms |",
            "| --- | --: | --: | --: | --: | --: | --: |",
        ]
        lines += [row.line() for row in self.rows]
        return "\n".join([*lines, "", *self._beside_sign_ins(), "", self._memory()])

    def _beside_sign_ins(self) -> list[str]:
        quiet, beside = (median(one.p95 for one in runs) for runs in (self.quiet, self.beside))
        rates = [median(one.rate for one in runs) for runs in (self.quiet, self.beside)]
        factor = median(loud.p95 / calm.p95 for calm, loud in zip(self.quiet, self.beside, strict=True))
        return [
            "| client_credentials | requests/s | p95 ms |",
            "| --- | --: | --: |",
            f"| alone | {rates[0]:,.0f} | {quiet:.1f} |",
            f"| beside {self.sign_ins_beside} parallel sign-ins | {rates[1]:,.0f} | {beside:.1f} |",
            "",
            f"p95 beside sign-ins: {factor:.1f} times that without; goal ≤ 3 {_mark(factor <= 3)}",
        ]

    def _memory(self) -> str:
        return f"Memory of the worker after all of this: {self.worker_mib:.0f} MiB; goal ≤ 110 {_mark(self.worker_mib <= 110)}"


def write(path: Path, part: str, text: str) -> None:
    """Replaces what stands between the markers of `part` in `path`. Raises ValueError where it has none."""
    begin, end = f"<!-- {part} -->", f"<!-- /{part} -->"
    page = path.read_text("utf-8")
    made, count = re.subn(f"{begin}.*{end}", lambda _: f"{begin}\n{text}\n{end}", page, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"{path} needs exactly one pair of {begin} and {end}")
    path.write_text(made, "utf-8")


def _mark(reached: bool) -> str:
    return "✓" if reached else "✗"


def _machine() -> str:
    models = re.findall(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} cores of {models[0] if models else platform.processor()}, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, SQLite {sqlite_version}; {packages}."
    )
