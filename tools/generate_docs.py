"""Writes the documents that are made from code: `python -m tools.generate_docs`.

With `--check` it writes nothing and fails where one is not up to date, or a clause of the conformance table has no test.
"""

import pkgutil
import re
import sys
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from importlib import import_module
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from idp import core
from idp.core.events import COMMON, Event
from idp.core.metrics import FAMILIES
from idp.settings import Settings
from idp.settings.reading import FROM_FILES, PREFIX
from tools.clauses import clauses_page
from tools.conformance import conformance_page, empty
from tools.sign_in_page import sign_in_page

DOCS = Path(__file__).parent.parent / "docs"
MADE = "<!-- Made by `make docs` from the code. Change it there. -->\n"
METRICS = ("<!-- metrics: made by `make docs` from idp/core/metrics.py -->", "<!-- /metrics -->")
UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def settings_page() -> str:
    """Every setting with its default and meaning, in the order of `Settings`."""
    lines = [
        "# Settings",
        MADE,
        "Settings are read once, at start, from the environment. An unknown `IDP_*` name, a missing or an unsafe value refuses",
        "to start; `idp check` says what is wrong. Durations are whole seconds, lists are separated by commas or spaces.",
        "Names that container platforms inject for a service called `idp` (`IDP_SERVICE_*`, `IDP_PORT*`) are ignored.",
        "",
        "| name | default | meaning |",
        "| --- | --- | --- |",
    ]
    for name, field in Settings.model_fields.items():
        lines.append(f"| `{PREFIX}{name.upper()}` | {_default(field)} | {_cell(field.description or '')} |")
        if f"{PREFIX}{name.upper()}" in FROM_FILES:
            lines.append(f"| `{PREFIX}{name.upper()}_FILE` | — | A file that holds it |")
    return "\n".join(lines) + "\n"


def events_page() -> str:
    """Every event, what it means and what it says beyond the fields that all events have."""
    lines = [
        "# Events",
        MADE,
        "An event is recorded in the transaction that makes it true, and the audit trail keeps it. All events carry these",
        f"fields where they apply: {', '.join(f'`{f.name}`' for f in fields(Event))}.",
        "",
        "| event | meaning | further fields |",
        "| --- | --- | --- |",
    ]
    for kind in all_events():
        own = ", ".join(f"`{f.name}`" for f in fields(kind) if f.name not in COMMON)
        lines.append(f"| `{kind.__name__}` | {_cell(kind.__doc__ or '')} | {own or '—'} |")
    return "\n".join(lines) + "\n"


def operations_page() -> str:
    """The manual as it is, with the list of metrics as it should be."""
    before, begin, rest = (DOCS / "operations.md").read_text("utf-8").partition(METRICS[0])
    _, end, after = rest.partition(METRICS[1])
    return "".join((before, begin, "\n", _metrics(), end, after))


def _metrics() -> str:
    lines = ["| metric | kind | labels | meaning |", "| --- | --- | --- | --- |"]
    for family in FAMILIES:
        labels = ", ".join(f"`{label}`" for label in family.labels) or "—"
        lines.append(f"| `{family.name}` | {family.kind} | {labels} | {_cell(family.about)} |")
    return "\n".join(lines) + "\n"


def all_events() -> list[type[Event]]:
    """The kinds of event, in the order in which they are declared."""
    # Not __subclasses__(): a slotted dataclass is made twice, and the first make lives on there.
    files = (found.name for found in pkgutil.iter_modules(core.__path__) if found.name.endswith("events"))
    declared = [value for file in files for value in vars(import_module(f"idp.core.{file}")).values()]
    kinds = [value for value in declared if isinstance(value, type) and issubclass(value, Event) and value is not Event]
    return list(dict.fromkeys(kinds))


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "**required**"
    if isinstance(value, timedelta):
        return _words(value)
    if isinstance(value, bool):
        return "`1`" if value else "`0`"
    return f"`{value}`" if value not in ((), "", None) else "—"


def _words(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    unit, size = next((unit, size) for unit, size in UNITS if seconds % size == 0)
    count = seconds // size
    return f"`{seconds}`" + (f" ({count} {unit}{'s' if count != 1 else ''})" if size > 1 else "")


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "events.md": events_page,
    "operations.md": operations_page,
    "clauses.md": lambda: clauses_page(MADE),
    "conformance.md": lambda: conformance_page(MADE),
    "sign-in.md": lambda: sign_in_page(MADE),
}


def main(arguments: list[str]) -> int:
    stale = [name for name, page in PAGES.items() if not _is_current(DOCS / name, page())]
    if arguments == ["--check"]:
        for name in stale:
            print(f"docs/{name} is not what the code says: run `make docs`", file=sys.stderr)
        untested = empty()
        for clause in untested:
            print(f"{clause} (no test)", file=sys.stderr)
        return 1 if stale or untested else 0
    for name in stale:
        (DOCS / name).write_text(PAGES[name](), "utf-8")
        print(f"docs/{name} written")
    return 0


def _is_current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
