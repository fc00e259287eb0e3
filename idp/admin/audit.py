"""Reading the trail: what staff may see of it, in pages, with the people in it by their names."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.admin.audit_filter import Filter
from idp.core import audit_search
from idp.core.audit import Entry
from idp.core.audit_events import AuditExported
from idp.core.audit_search import Found, Place, Sought
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.event import Bus, Event
from idp.core.handles import digest
from idp.core.sealing import Keyring
from idp.core.signing import Signer
from idp.subjects.subjects import Subject, Subjects

STAFF, OPERATOR = "staff:", "operator:"
ID, NOBODY = "s_", "nobody"
MOST_EXPORTED = 100_000

People = dict[str, Subject]


def short(actor: str, people: People) -> str:
    """Who acted, in a word or two."""
    kind, _, name = actor.partition(":")
    staff = people.get(name)
    return f"{kind} {staff.username if staff else name}" if name else actor


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of the trail. `people` by id are those it names; `more` leads to the next one, empty on the last."""

    entries: tuple[Entry, ...]
    people: People
    more: str


@dataclass(frozen=True, slots=True)
class Astray:
    """The place in the address is none of ours, or belongs to another search."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is taken away: `entries` as they are read. `cut`: there are more than MOST_EXPORTED, and these are the newest."""

    entries: Iterator[Entry]
    count: int
    cut: bool


class Reading:
    """The trail for those who may read it."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock, bus: Bus, subjects: Subjects) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._bus = bus
        self._subjects = subjects
        self._places = Signer(keyring, "audit page")

    def sheet(self, wanted: Filter, brands: frozenset[str] | None) -> Sheet | Astray:
        """The page that `wanted` names, of what somebody may see who reads `brands` (None: everything)."""
        with self._database.reading() as db:
            sought = self._sought(db, wanted, brands)
            behind = self._behind(wanted, sought) if wanted.place else None
            if isinstance(behind, Astray):
                return behind
            found = audit_search.page(db, self._keyring, sought, wanted.size + 1, behind, wanted.oldest_first)
            entries = tuple(found[: wanted.size])
            people = self._people(db, entries)
        more = len(found) > wanted.size
        return Sheet(entries, people, self._place(entries[-1], wanted, sought) if more else "")

    def one(self, entry_id: int, brands: frozenset[str] | None) -> tuple[Found, People] | None:
        """An entry with its proof and its people; None where the reader may see none of that id."""
        with self._database.reading() as db:
            found = audit_search.one(db, self._keyring, entry_id, brands)
            return None if found is None else (found, self._people(db, (found.entry,)))

    def export(self, wanted: Filter, brands: frozenset[str] | None, kind: str) -> Export:
        """Everything that `wanted` seeks, up to this moment; that it was taken is an entry itself."""
        with self._database.transaction() as db:
            sought = self._sought(db, wanted, brands)
            newest = audit_search.page(db, self._keyring, sought, 1)
            # Exactly what is there now: not this export's own entry, nor what is written while it runs.
            behind = Place(newest[0].occurred_at, newest[0].id + 1) if newest else None
            count = audit_search.count(db, self._keyring, sought, MOST_EXPORTED + 1) if newest else 0
            entries, cut = min(count, MOST_EXPORTED), count > MOST_EXPORTED
            self._bus.record(db, AuditExported(kind=kind, sought=self._told(sought), entries=entries, cut=cut))
        rows = audit_search.stream(self._database, self._keyring, sought, entries, behind)
        return Export(rows, entries, cut)

    def _sought(self, db: Connection, wanted: Filter, brands: frozenset[str] | None) -> Sought:
        typed = wanted.typed
        return Sought(
            since=wanted.since,
            until=wanted.until,
            subject_id=self._subject_id(db, typed["subject"]),
            client_id=typed["client"],
            actor=self._actor(db, typed["actor"]),
            event=typed["event"],
            outcome=typed["outcome"],
            reference=typed["reference"],
            brand=typed["brand"],
            brands=brands,
        )

    def _subject_id(self, db: Connection, name: str) -> str:
        # An account that was closed has no name any more, and is sought by its id.
        found = self._subjects.find(db, name) if name else None
        return found.id if found else name

    def _actor(self, db: Connection, name: str) -> str:
        if not name or ":" in name:
            return name
        found = self._subjects.find(db, name)
        return f"{STAFF}{found.id}" if found else f"{OPERATOR}{name}"

    def _people(self, db: Connection, entries: Iterable[Entry]) -> People:
        ids = {entry.subject_id or "" for entry in entries} | {entry.actor.removeprefix(STAFF) for entry in entries}
        found = (self._subjects.get(db, one) for one in ids - {""})
        return {subject.id: subject for subject in found if subject is not None}

    def _place(self, entry: Entry, wanted: Filter, sought: Sought) -> str:
        return self._places.sign({"at": entry.occurred_at.isoformat(), "id": entry.id, "of": _print_of(wanted, sought)})

    def _behind(self, wanted: Filter, sought: Sought) -> Place | Astray:
        value = self._places.verify(wanted.place, None, self._clock.now())
        if value is None or value["of"] != _print_of(wanted, sought):
            return Astray()
        return Place(datetime.fromisoformat(value["at"]), value["id"])

    def _told(self, sought: Sought) -> str:
        given = {name: value for name, value in asdict(sought).items() if value and name not in {"brands", "reference"}}
        if not sought.subject_id.startswith(ID):
            # Nobody's name: what was typed may be an address all the same, and here it would stand for good.
            given |= {"subject_id": NOBODY} if sought.subject_id else {}
        # The reference is sealed in the entries; that one was asked for says enough.
        told = [f"{name}={_plain(value)}" for name, value in given.items()] + (["reference"] if sought.reference else [])
        return " ".join(told)


def meanings() -> dict[str, str]:
    """What each kind of event means, by its name."""
    kinds = sorted(_kinds(Event), key=lambda kind: kind.__name__)
    return {kind.__name__: " ".join((kind.__doc__ or "").split()) for kind in kinds}


def _kinds(kind: type[Event]) -> Iterator[type[Event]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)


def _print_of(wanted: Filter, sought: Sought) -> str:
    brands = None if sought.brands is None else sorted(sought.brands)
    given = asdict(sought) | {"brands": brands, "oldest_first": wanted.oldest_first}
    return digest(repr(sorted(given.items())))[:16]


def _plain(value: object) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else str(value)
