"""Whose customer somebody is: of brands where they have a number, that they let in, or where they signed in."""

from collections.abc import Collection

from sqlalchemy import Connection, select, union

from idp.clients.model import brand_visits
from idp.sessions.model import sessions
from idp.subjects.model import subject_brands

Over = frozenset[str] | None


def brands_of(db: Connection, subject_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The brands of each of these subjects."""
    linked, visits = subject_brands.c, brand_visits.c
    found = union(
        select(linked.subject_id, linked.brand).where(linked.subject_id.in_(subject_ids)),
        select(visits.subject_id, visits.brand).where(visits.subject_id.in_(subject_ids), visits.withdrawn_at.is_(None)),
        select(sessions.c.subject_id, sessions.c.brand).where(
            sessions.c.subject_id.in_(subject_ids), sessions.c.brand.is_not(None)
        ),
    )
    brands: dict[str, frozenset[str]] = dict.fromkeys(subject_ids, frozenset())
    for subject_id, brand in db.execute(found):
        brands[subject_id] |= {brand}
    return brands


def is_within(brands: frozenset[str], over: Over) -> bool:
    """Whether an agent who helps customers of `over` (None: of all) may see a customer of `brands`."""
    return over is None or bool(brands & over)
