"""What staff typed to search the trail, read strictly: each field at most once, each mistake told at its field. Pure."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from idp.web.forms import is_storable

FIELDS = ("from", "to", "subject", "actor", "event", "client", "outcome", "brand", "reference")
SIZE, PLACE, ORDER = "size", "page", "order"
OLDEST = "oldest"
SIZES = (25, 50, 100, 200)
USUAL_SIZE = 50
LONGEST = 256
OUTCOMES = ("ok", "refused")
NAME_OF_EVENT = re.compile(r"[A-Za-z0-9]{1,64}")
A_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
A_MINUTE = re.compile(A_DAY.pattern + r"[T ][0-9]{2}:[0-9]{2}")

MINUTE = timedelta(minutes=1)

TWICE = "Give one of these, not several."
TOO_LONG = f"No more than {LONGEST} characters."
NOT_TEXT = "This holds characters that no entry has."
NOT_A_TIME = "Type a day as 2026-11-02, or a minute as 2026-11-02T09:30."
BACKWARDS = "This is before “From”."
NOT_AN_EVENT = "Names of events are letters, such as SignedIn."
NOT_AN_OUTCOME = "Choose one of those offered."
NOT_A_BRAND = "Choose one of the brands offered."
NOT_A_SIZE = f"Choose {', '.join(map(str, SIZES[:-1]))} or {SIZES[-1]}."


@dataclass(slots=True)
class Filter:
    """What was typed. `since` is the first moment, `until` the first one after; `mistakes` by field, none where all is well."""

    typed: dict[str, str]
    size: int = USUAL_SIZE
    oldest_first: bool = False
    place: str = ""
    since: datetime | None = None
    until: datetime | None = None
    mistakes: dict[str, str] = field(default_factory=dict)

    def address(self, path: str, **more: str) -> str:
        """`path` with the same search, and `more`."""
        sized = {SIZE: str(self.size)} if self.size != USUAL_SIZE else {}
        ordered = {ORDER: OLDEST} if self.oldest_first else {}
        given = {name: text for name, text in self.typed.items() if text} | sized | ordered | more
        return f"{path}?{urlencode(given)}" if given else path

    def turned(self, path: str) -> str:
        """`path` with the same search from its other end."""
        return replace(self, oldest_first=not self.oldest_first).address(path)

    @property
    def is_empty(self) -> bool:
        """Whether everything is sought."""
        return not any(self.typed.values())


def read_filter(given: Iterable[tuple[str, list[str]]], brands: Collection[str]) -> Filter:
    """The filter in the query of an address; `brands` are those that the reader may choose from."""
    sent = {name: values for name, values in given if name in {*FIELDS, SIZE, PLACE, ORDER}}
    found = Filter({name: sent.get(name, [""])[0].strip() for name in FIELDS})
    found.place = sent.get(PLACE, [""])[0]
    found.oldest_first = sent.get(ORDER, [""]) == [OLDEST]
    for name, values in sent.items():
        if len(values) > 1:
            found.mistakes[name] = TWICE
    for name, text in found.typed.items():
        if mistake := _mistake(name, text, brands):
            found.mistakes.setdefault(name, mistake)
            if mistake in {TOO_LONG, NOT_TEXT}:
                found.typed[name] = ""
    _read_times(found)
    _read_size(found, sent.get(SIZE, [str(USUAL_SIZE)])[0])
    return found


def _mistake(name: str, text: str, brands: Collection[str]) -> str:
    if len(text) > LONGEST:
        return TOO_LONG
    if not is_storable(text) or not text.isprintable():
        return NOT_TEXT
    match name:
        case "event" if text and not NAME_OF_EVENT.fullmatch(text):
            return NOT_AN_EVENT
        case "outcome" if text and text not in OUTCOMES:
            return NOT_AN_OUTCOME
        case "brand" if text and text not in brands:
            return NOT_A_BRAND
        case _:
            return ""


def _read_times(found: Filter) -> None:
    for name in ("from", "to"):
        if found.typed[name] and _span(found.typed[name]) is None:
            found.mistakes.setdefault(name, NOT_A_TIME)
    first, last = _span(found.typed["from"]), _span(found.typed["to"])
    if first is not None:
        found.since = first[0]
        found.typed["from"] = _minute(first[0])
    if last is not None:
        found.until = last[1]
        found.typed["to"] = _minute(last[1] - MINUTE)
    if first is not None and last is not None and last[1] <= first[0]:
        found.mistakes.setdefault("to", BACKWARDS)


def _minute(at: datetime) -> str:
    """As fields for times read and write it."""
    return at.replace(tzinfo=None).isoformat(timespec="minutes")


def _span(text: str) -> tuple[datetime, datetime] | None:
    """The day or the minute in `text`: its first moment, and the first one after it."""
    length = timedelta(days=1) if A_DAY.fullmatch(text) else MINUTE if A_MINUTE.fullmatch(text) else None
    if length is None:
        return None
    try:
        begins = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return begins, begins + length
    except (ValueError, OverflowError):
        return None


def _read_size(found: Filter, text: str) -> None:
    if text in map(str, SIZES):
        found.size = int(text)
    else:
        found.mistakes.setdefault(SIZE, NOT_A_SIZE)
