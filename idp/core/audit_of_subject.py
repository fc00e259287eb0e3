"""The audit trail as one subject may read it: their own entries, the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from idp.core.audit import Entry, entry_of
from idp.core.audit_tables import audit_entries, trail_keys
from idp.core.sealing import Keyring

# The kinds of entry that are read, by name of the event: those with one of the reasons, or all where none is given.
Wanted = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Within:
    """What somebody may read who has to do with these brands alone: theirs, no brand's, and everywhere the events `of_all`."""

    brands: frozenset[str]
    of_all: frozenset[str]


def entries_of(
    db: Connection,
    keyring: Keyring,
    subject_id: str,
    wanted: Wanted,
    limit: int,
    offset: int = 0,
    within: Within | None = None,
) -> list[Entry]:
    """Up to `limit` entries about the subject, after the `offset` newest."""
    joined = audit_entries.outerjoin(trail_keys, trail_keys.c.subject_id == audit_entries.c.subject_id)
    theirs = (
        select(audit_entries, trail_keys.c.sealed_key)
        .select_from(joined)
        .where(audit_entries.c.subject_id == subject_id, _is_wanted(wanted), *(_is_within(within) if within else ()))
    )
    rows = db.execute(theirs.order_by(audit_entries.c.id.desc()).limit(limit).offset(offset)).mappings()
    return [entry_of(keyring, row) for row in rows]


def _is_wanted(wanted: Wanted) -> ColumnElement[bool]:
    whole = audit_entries.c.event.in_([event for event, reasons in wanted.items() if not reasons])
    parts = [
        and_(audit_entries.c.event == event, audit_entries.c.reason.in_(sorted(reasons)))
        for event, reasons in wanted.items()
        if reasons
    ]
    return or_(whole, *parts)


def _is_within(within: Within) -> tuple[ColumnElement[bool], ...]:
    entry = audit_entries.c
    return (or_(entry.brand.is_(None), entry.brand.in_(sorted(within.brands)), entry.event.in_(sorted(within.of_all))),)
