"""The trail as it is searched: by what is sought, in pages that go on where the last one ended, the newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select, tuple_

from idp.core.audit import Entry, entry_of
from idp.core.audit_rows import is_sound, reference_digest
from idp.core.audit_tables import BUSY, HAS_ACTOR, HAS_REFERENCE, IS_RARE, audit_entries, audit_links, trail_keys
from idp.core.database import Database, UTCDateTime
from idp.core.sealing import Keyring

AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What an entry must be to be found. What is empty or None is not asked for.

    The time is `since` and later, and before `until`. `brands` is what the reader may see; None stands for everything.
    """

    since: datetime | None = None
    until: datetime | None = None
    subject_id: str = ""
    client_id: str = ""
    actor: str = ""
    event: str = ""
    outcome: str = ""
    reference: str = ""
    brand: str = ""
    brands: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """The entry behind which a page begins."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """Where an entry stands in the chain, and the signed head behind it; `head` is None where none was signed yet."""

    position: int
    head: int | None
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """One entry with its proof: `sound` says that it is as the provider wrote it."""

    entry: Entry
    sound: bool
    sealed: Sealed | None


def page(
    db: Connection, keyring: Keyring, sought: Sought, limit: int, behind: Place | None = None, oldest_first: bool = False
) -> list[Entry]:
    """Up to `limit` entries behind a place, the newest first unless `oldest_first`."""
    query, order = _entries(*_terms(keyring, sought)), (audit_entries.c.occurred_at, audit_entries.c.id)
    if behind is not None:
        place = tuple_(literal(behind.at, UTCDateTime), literal(behind.id))
        query = query.where(tuple_(*order) > place if oldest_first else tuple_(*order) < place)
    query = query.order_by(*(order if oldest_first else [column.desc() for column in order]))
    return [entry_of(keyring, row) for row in db.execute(query.limit(limit)).mappings()]


def count(db: Connection, keyring: Keyring, sought: Sought, limit: int) -> int:
    """How many entries there are; `limit` where there are more."""
    some = select(audit_entries.c.id).where(*_terms(keyring, sought)).limit(limit).subquery()
    return db.scalar(select(func.count()).select_from(some)) or 0


def stream(database: Database, keyring: Keyring, sought: Sought, limit: int, behind: Place | None = None) -> Iterator[Entry]:
    """Up to `limit` entries as `page` does, a thousand at a time in memory. No connection is held in between."""
    left = limit
    while left > 0:
        with database.reading() as db:
            found = page(db, keyring, sought, min(AT_ONCE, left), behind)
        if not found:
            return
        yield from found
        left -= len(found)
        behind = Place(found[-1].occurred_at, found[-1].id)


def one(db: Connection, keyring: Keyring, entry_id: int, brands: frozenset[str] | None) -> Found | None:
    """The entry with its proof; None where there is none, or none that the reader may see."""
    terms = _terms(keyring, Sought(brands=brands))
    row = db.execute(_entries(audit_entries.c.id == entry_id, *terms)).mappings().one_or_none()
    if row is None:
        return None
    return Found(entry_of(keyring, row), is_sound(keyring, row), _sealed(db, entry_id))


def _sealed(db: Connection, entry_id: int) -> Sealed | None:
    position = db.scalar(select(audit_links.c.position).where(audit_links.c.entry_id == entry_id))
    if position is None:
        return None
    behind = (audit_links.c.position >= position, audit_links.c.head_signed_at.is_not(None))
    heads = select(audit_links.c.position, audit_links.c.head_signed_at).where(*behind)
    head = db.execute(heads.order_by(audit_links.c.position).limit(1)).one_or_none()
    return Sealed(position, head.position if head else None, head.head_signed_at if head else None)


def _entries(*terms: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    joined = audit_entries.outerjoin(trail_keys, trail_keys.c.subject_id == audit_entries.c.subject_id)
    return select(audit_entries, trail_keys.c.sealed_key).select_from(joined).where(*terms)


def _terms(keyring: Keyring, sought: Sought) -> list[ColumnElement[bool]]:
    entry = audit_entries.c
    exact = ("subject_id", "client_id", "actor", "event", "outcome", "brand")
    terms = [entry[name] == getattr(sought, name) for name in exact if getattr(sought, name)]
    if sought.since is not None:
        terms.append(entry.occurred_at >= sought.since)
    if sought.until is not None:
        terms.append(entry.occurred_at < sought.until)
    if sought.actor:
        terms.append(HAS_ACTOR)  # says that the index will do
    if sought.event and sought.event not in BUSY:
        terms.append(IS_RARE)
    if sought.reference:
        digests = [reference_digest(keyring, sought.reference, key_id) for key_id in keyring.key_ids]
        terms += [entry.reference_digest.in_(digests), HAS_REFERENCE]
    if sought.brands is not None and len(sought.brands) == 1:
        terms.append(entry.brand == next(iter(sought.brands)))
    elif sought.brands is not None:
        # Hidden from the index of brands: it has no order of time over several of them.
        terms.append(func.coalesce(entry.brand, "").in_(sorted(sought.brands)))
    return terms
