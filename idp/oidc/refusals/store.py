"""The last refused requests: the newest 50 of each client and 10,000 in all, for 30 days."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from idp.oidc.refusals.model import refusals

KEPT_FOR = timedelta(days=30)
MOST_OF_A_CLIENT = 50
MOST = 10_000
LONGEST_REFERENCE = 40


@dataclass(frozen=True, slots=True)
class Noted:
    """A refused request. `code` and `public` are what its sender was told, `because` is why; `facts` is what it asked."""

    reference: str
    refused_at: datetime
    endpoint: str
    client_id: str | None
    code: str
    public: str
    because: str
    facts: Mapping[str, Any]


_COLUMNS = [refusals.c[name] for name in Noted.__dataclass_fields__]


def keep(db: Connection, noted: Noted, most: int = MOST) -> None:
    """Adds a refused request, and forgets those that are too many: of its client, or of all."""
    db.execute(insert(refusals).values(asdict(noted)))
    _trim(db, noted.client_id, most)


def find(db: Connection, reference: str) -> Noted | None:
    """The refused request with this reference; of two with the same, the later one. Any text may be asked for."""
    if not 0 < len(reference) <= LONGEST_REFERENCE or not reference.isalnum():
        return None
    newest = select(*_COLUMNS).where(refusals.c.reference == reference).order_by(refusals.c.id.desc()).limit(1)
    row = db.execute(newest).one_or_none()
    return _noted(row) if row is not None else None


def of_client(db: Connection, client_id: str) -> tuple[Noted, ...]:
    """The last refused requests of a client, the newest first."""
    rows = select(*_COLUMNS).where(refusals.c.client_id == client_id).order_by(refusals.c.id.desc()).limit(MOST_OF_A_CLIENT)
    return tuple(_noted(row) for row in db.execute(rows))


def of_nobody(db: Connection) -> tuple[Noted, ...]:
    """The last refused requests of no client that we know, the newest first."""
    rows = select(*_COLUMNS).where(refusals.c.client_id.is_(None)).order_by(refusals.c.id.desc()).limit(MOST_OF_A_CLIENT)
    return tuple(_noted(row) for row in db.execute(rows))


def count_since(db: Connection, client_id: str, since: datetime) -> int:
    """How many requests of a client are known to have been refused since then."""
    counted = select(func.count()).where(refusals.c.client_id == client_id, refusals.c.refused_at >= since)
    return int(db.scalar(counted) or 0)


def purge(db: Connection, now: datetime, limit: int) -> int:
    """Forgets at most `limit` that are older than 30 days; answers how many."""
    old = select(refusals.c.id).where(refusals.c.refused_at < now - KEPT_FOR).order_by(refusals.c.id).limit(limit)
    return db.execute(delete(refusals).where(refusals.c.id.in_(old))).rowcount


def _trim(db: Connection, client_id: str | None, most: int) -> None:
    theirs = refusals.c.client_id.is_not_distinct_from(client_id)
    first_too_many = select(refusals.c.id).order_by(refusals.c.id.desc()).limit(1)
    of_theirs = first_too_many.where(theirs).offset(MOST_OF_A_CLIENT).scalar_subquery()
    of_all = first_too_many.offset(most).scalar_subquery()
    db.execute(delete(refusals).where(or_(theirs & (refusals.c.id <= of_theirs), refusals.c.id <= of_all)))


def _noted(row: Row[Any]) -> Noted:
    return Noted(**row._mapping)
