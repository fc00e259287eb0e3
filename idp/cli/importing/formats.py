"""How a row is written: one line of CSV under a header, or one JSON object. Each format is a row of `FORMATS`."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from idp.cli.failures import refused
from idp.cli.standard_claims import CHECKS

NUMBERS = "customer_numbers"
HASH = "password_hash"
# A date of birth proves who somebody is when they lose access, so it stays with the brand that asks for it.
CLAIMS = frozenset(CHECKS) - {"birthdate"}
COLUMNS = frozenset({"username", "email", HASH, NUMBERS}) | CLAIMS
NESTED = frozenset({"address"})
TRUTHS = {"true": True, "false": False}
PLAIN_PASSWORD = "plain passwords are not taken; give password_hash"


@dataclass(frozen=True, slots=True)
class Bad:
    """Why a row cannot be imported; no problem quotes what stands there."""

    problems: tuple[str, ...]


class Format(Protocol):
    """Made from the first line where that is a `header`, which names the columns of the others."""

    header: ClassVar[bool]

    def fields(self, text: str) -> Mapping[str, Any] | Bad:
        """What stands in a row, by column; nothing for what is empty."""


class Csv:
    """RFC 4180 with a header; no field holds a line break, so that one row's mistake is not the next one's."""

    header: ClassVar[bool] = True

    def __init__(self, first: str) -> None:
        read = _cells(first)
        self._columns = read if isinstance(read, list) else []
        problems = _problems_of(self._columns) if isinstance(read, list) else list(read.problems)
        if problems:
            raise refused(*(f"line 1: {problem}" for problem in problems))

    def fields(self, text: str) -> Mapping[str, Any] | Bad:
        """What stands in a row, by column; nothing for what is empty."""
        cells = _cells(text)
        if isinstance(cells, Bad):
            return cells
        if len(cells) != len(self._columns):
            return Bad((f"has {len(cells)} fields where the header has {len(self._columns)}",))
        return {name: _meant(name, cell) for name, cell in zip(self._columns, cells, strict=True) if cell != ""}


class JsonLines:
    """One object a line."""

    header: ClassVar[bool] = False

    def __init__(self, _first: str) -> None:
        pass  # each line says all of itself

    def fields(self, text: str) -> Mapping[str, Any] | Bad:
        """What stands in a row, by column; nothing for what is null."""
        try:
            row = json.loads(text, object_pairs_hook=_once)
        except _Twice:
            return Bad(("names a member twice",))
        except (ValueError, RecursionError):
            return Bad(("is not JSON",))
        if not isinstance(row, dict):
            return Bad(("is not a JSON object",))
        return {name: value for name, value in row.items() if value is not None}


FORMATS: dict[str, type[Csv] | type[JsonLines]] = {"csv": Csv, "jsonl": JsonLines}
BY_SUFFIX = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


def _cells(text: str) -> list[str] | Bad:
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return Bad(("is not CSV: a quotation mark or a line break is not where it may be",))


def _problems_of(columns: list[str]) -> list[str]:
    known = COLUMNS - NESTED
    problems = [f"{name}: {PLAIN_PASSWORD}" for name in columns if name == "password"]
    problems += [f"{name[:40]!r}: is not a known column" for name in columns if name not in {*known, "password"}]
    problems += [f"{name}: stands twice" for name in sorted({name for name in columns if columns.count(name) > 1})]
    return problems + [f"{name}: is missing" for name in ("username", "email") if name not in columns]


def _meant(name: str, cell: str) -> Any:
    return TRUTHS.get(cell, cell) if name.endswith("_verified") else cell


class _Twice(Exception):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise _Twice
    return row
