"""The audit trail for whoever reads all of it by and by: in the order of the chain, which never changes behind a reader."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from idp.core.audit import Entry, entry_of
from idp.core.audit_tables import audit_entries, audit_links, trail_keys
from idp.core.sealing import Keyring


@dataclass(frozen=True, slots=True)
class Linked:
    """An entry and its place in the chain."""

    position: int
    entry: Entry


def feed(db: Connection, keyring: Keyring, after: int, limit: int, brands: frozenset[str] | None) -> list[Linked]:
    """The first `limit` entries behind the position `after`; of `brands` alone, or all where that is None.

    PostgreSQL gives out ids before the commit, so in their order an entry may appear behind one that was read already.
    """
    joined = audit_links.join(audit_entries, audit_entries.c.id == audit_links.c.entry_id).outerjoin(
        trail_keys, trail_keys.c.subject_id == audit_entries.c.subject_id
    )
    theirs = select(audit_links.c.position, audit_entries, trail_keys.c.sealed_key).select_from(joined)
    wanted = theirs.where(audit_links.c.position > after)
    if brands is not None:
        wanted = wanted.where(audit_entries.c.brand.in_(sorted(brands)))
    rows = db.execute(wanted.order_by(audit_links.c.position).limit(limit)).mappings()
    return [Linked(row["position"], entry_of(keyring, row)) for row in rows]
