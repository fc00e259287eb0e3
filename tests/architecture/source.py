"""The source of the product as syntax trees, for the rules that import contracts cannot say."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: its path below the root, its tree, and how many lines it has."""

    path: str
    tree: ast.Module
    lines: int

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every module imported, wherever in the file, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module or "", node.lineno

    def attributes(self) -> Iterator[tuple[str, int]]:
        """Every dotted name used, such as `datetime.now`, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute):
                yield ast.unparse(node), node.lineno

    def names(self) -> Iterator[tuple[str, int]]:
        """Every name that the file itself gives: functions, classes, arguments, variables, fields."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield node.name, node.lineno
            elif isinstance(node, ast.arg):
                yield node.arg, node.lineno
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id, node.lineno


@cache
def modules(package: str) -> tuple[Module, ...]:
    """All modules of a top-level package, by path."""
    return tuple(_read(path) for path in sorted((ROOT / package).rglob("*.py")))


def _read(path: Path) -> Module:
    text = path.read_text("utf-8")
    return Module(path.relative_to(ROOT).as_posix(), ast.parse(text), len(text.splitlines()))
