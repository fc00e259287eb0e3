"""The table of clauses and their tests, read from the docstrings of the protocol tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = (ROOT / "tests" / "protocol", ROOT / "tests" / "foreign")


def cited() -> Iterator[tuple[str, str, str]]:
    """File, name and docstring of every test of the protocol and with foreign clients; no docstring where it cites nothing."""
    for path in sorted(path for folder in TESTS for path in folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path.relative_to(ROOT).as_posix(), node.name, ast.get_docstring(node) or ""


def clauses_page(made: str) -> str:
    """One row for each test, grouped by file."""
    lines = [
        "# Clauses and their tests",
        made,
        "Each protocol test cites the clause it holds the provider to. *Core* is OpenID Connect Core 1.0; names such as P2",
        "or S3.1 are sections of [protocol.md](protocol.md) and [security.md](security.md).",
    ]
    file = ""
    for path, name, docstring in cited():
        if path != file:
            file = path
            lines += ["", f"## `{path}`", "", "| clause | test |", "| --- | --- |"]
        clause = " ".join(docstring.split()).replace("|", "\\|")
        lines.append(f"| {clause or '—'} | {name.removeprefix('test_').replace('_', ' ')} |")
    return "\n".join(lines) + "\n"
