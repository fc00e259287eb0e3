"""The trail as a file: CSV for spreadsheets, JSON Lines for programs; made line by line, so that its length costs no memory."""

import csv
import json
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import islice

from idp.admin.audit import MOST_EXPORTED, Export
from idp.core.audit import Entry
from idp.web.inert import told_apart

# What a spreadsheet takes for a formula, in its own letters and in those of full width, whatever blank stands before it.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BLANK = ("\t", "\r", "\n")
MARK = "\ufeff"  # without it a spreadsheet reads no UTF-8
LINES_AT_ONCE = 200
CUT = f"Cut: these are the newest {MOST_EXPORTED} entries of this search. Narrow the time to get the others."
APART = ("address", "device", "request_id")


def as_csv(export: Export) -> Iterator[str]:
    """Every entry as a line, under a line of names; at the end a line that says so where there was more."""
    yield MARK + _line([name for name, _ in COLUMNS])
    while some := list(islice(export.entries, LINES_AT_ONCE)):
        yield "".join(_line([cell(entry) for _, cell in COLUMNS]) for entry in some)
    if export.cut:
        yield _line([CUT])


def as_json_lines(export: Export) -> Iterator[str]:
    """Every entry as a JSON object on a line of its own; at the end `{"cut": …}` where there was more."""
    while some := list(islice(export.entries, LINES_AT_ONCE)):
        yield "".join(_object(entry) for entry in some)
    if export.cut:
        yield json.dumps({"cut": CUT}) + "\n"


def safe(text: str) -> str:
    """`text` as a cell that a spreadsheet shows and never computes, in the order in which it was written."""
    text = told_apart(text)
    return f"'{text}" if text.startswith(BLANK) or text.lstrip().startswith(FORMULA) else text


def _line(cells: list[str]) -> str:
    out = StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return out.getvalue()


def _object(entry: Entry) -> str:
    told = {
        "id": entry.id,
        "time": _time(entry),
        "event": entry.event,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "subject": entry.subject_id,
        "actor": entry.actor,
        "client": entry.client_id,
        "brand": entry.brand,
        "acr": entry.acr,
        "amr": entry.amr,
        "session": entry.session_digest,
        "details": entry.details,
        "personal": entry.personal,
    }
    return json.dumps(told, separators=(",", ":")) + "\n"


def _time(entry: Entry) -> str:
    return f"{entry.occurred_at:%Y-%m-%dT%H:%M:%S.%fZ}"


def _details(entry: Entry) -> str:
    told = entry.details | {name: value for name, value in entry.personal.items() if name not in APART}
    return json.dumps(told, ensure_ascii=False) if told else ""


COLUMNS: tuple[tuple[str, Callable[[Entry], str]], ...] = (
    ("id", lambda entry: str(entry.id)),
    ("time", _time),
    ("event", lambda entry: entry.event),
    ("outcome", lambda entry: entry.outcome),
    ("reason", lambda entry: entry.reason),
    ("subject", lambda entry: entry.subject_id or ""),
    ("actor", lambda entry: entry.actor),
    ("client", lambda entry: entry.client_id or ""),
    ("brand", lambda entry: entry.brand or ""),
    ("acr", lambda entry: entry.acr or ""),
    ("amr", lambda entry: " ".join(entry.amr)),
    ("address", lambda entry: str(entry.personal.get("address", ""))),
    ("device", lambda entry: str(entry.personal.get("device", ""))),
    ("reference", lambda entry: str(entry.personal.get("request_id", ""))),
    ("details", _details),
)
