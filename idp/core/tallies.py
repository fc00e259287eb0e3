"""How often what happened in which hour: sums of the audit trail that a worker keeps, so that no page reads the trail for them.

The trail is taken in the order of its chain, whose positions have no gaps and only grow: whatever is committed late is linked
late, and counted then.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    delete,
    func,
    select,
    type_coerce,
    update,
)

from idp.core.audit_tables import audit_entries, audit_links
from idp.core.database import Database, UTCDateTime, metadata, upsert
from idp.core.metrics import kind_of

BATCH = 1000
KEPT = timedelta(days=400)
LONGEST_KIND = 64
# What the charts of the console draw. Others are counted nowhere: most would be read by nobody.
TALLIED = frozenset(
    {"SignedIn", "SignInFailed", "SecondStepProven", "SecondStepFailed", "PasswordLocked", "CodeSent", "SourceThrottled"}
)

# An empty `brand` stands for none: a primary key holds no NULL.
tallies = Table(
    "tallies",
    metadata,
    Column("hour", UTCDateTime, primary_key=True),
    Column("event", String(64), primary_key=True),
    Column("brand", String(64), primary_key=True),
    Column("kind", String(LONGEST_KIND), primary_key=True),
    Column("count", Integer, nullable=False),
)
tally_cursor = Table(
    "tally_cursor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
)
_ONLY = 1


@dataclass(frozen=True, slots=True)
class Tally:
    """So many events of a kind in the hour that began at `hour`."""

    hour: datetime
    event: str
    brand: str
    kind: str
    count: int


def tally(database: Database, limit: int = BATCH) -> int:
    """Counts up to `limit` further entries of the trail, in one transaction; answers how many.

    Whoever moves the cursor counts what it moved over: two workers at once count everything once. Raises `Unavailable`.
    """
    with database.reading() as db:
        if _newest(db, _seen(db) or 0, limit) is None:
            return 0
    with database.transaction() as db:
        db.execute(upsert(db, tally_cursor).on_conflict_do_nothing(), {"id": _ONLY, "position": 0})
        seen = _seen(db) or 0
        newest = _newest(db, seen, limit)
        mine = update(tally_cursor).where(tally_cursor.c.id == _ONLY, tally_cursor.c.position == seen).values(position=newest)
        if newest is None or db.execute(mine).rowcount == 0:
            return 0
        _add(db, _counted(db, seen, newest))
    return newest - seen


def read(
    db: Connection, since: datetime, until: datetime, brands: frozenset[str] | None = None, by_day: bool = False
) -> list[Tally]:
    """The sums of every hour that began at `since` or later and before `until`, of some `brands` (None: all, and none).

    `by_day`: of a whole day (UTC) each, under its first hour in which anything happened.
    """
    told_apart = tallies.c.event, tallies.c.brand, tallies.c.kind
    step = _day(db) if by_day else tallies.c.hour
    query = select(func.min(tallies.c.hour), *told_apart, func.sum(tallies.c.count)).group_by(step, *told_apart)
    query = query.where(tallies.c.hour >= since, tallies.c.hour < until)
    if brands is not None:
        query = query.where(tallies.c.brand.in_(brands))
    return [Tally(*row) for row in db.execute(query)]


def purge(db: Connection, now: datetime) -> int:
    """Removes what is older than 400 days; answers how many sums."""
    return db.execute(delete(tallies).where(tallies.c.hour < now - KEPT)).rowcount


def _day(db: Connection) -> ColumnElement[Any]:
    if db.dialect.name == "postgresql":
        return func.date_trunc("day", tallies.c.hour, "UTC")
    return func.substr(type_coerce(tallies.c.hour, String), 1, len("2026-01-31"))


def _seen(db: Connection) -> int | None:
    return db.scalar(select(tally_cursor.c.position).where(tally_cursor.c.id == _ONLY))


def _newest(db: Connection, seen: int, limit: int) -> int | None:
    positions = select(audit_links.c.position).where(audit_links.c.position > seen).order_by(audit_links.c.position)
    newest: int | None = db.scalar(select(func.max(positions.limit(limit).subquery().c.position)))
    return newest


def _counted(db: Connection, after: int, upto: int) -> Counter[tuple[datetime, str, str, str]]:
    columns = (audit_entries.c[name] for name in ("occurred_at", "event", "brand", "reason", "amr", "details"))
    joined = audit_links.join(audit_entries, audit_entries.c.id == audit_links.c.entry_id)
    among = (audit_links.c.position > after, audit_links.c.position <= upto, audit_entries.c.event.in_(TALLIED))
    return Counter(_key(row) for row in db.execute(select(*columns).select_from(joined).where(*among)))


def _key(row: Any) -> tuple[datetime, str, str, str]:
    kind = kind_of(row.event, str(row.details.get("kind", "")), tuple(row.amr.split()), row.reason)
    hour = row.occurred_at.replace(minute=0, second=0, microsecond=0)
    return hour, row.event, row.brand or "", kind[:LONGEST_KIND]


def _add(db: Connection, counted: Counter[tuple[datetime, str, str, str]]) -> None:
    # In one order always, so that two transactions never wait for each other in a ring.
    rows = [{"hour": h, "event": e, "brand": b, "kind": k, "count": count} for (h, e, b, k), count in sorted(counted.items())]
    if rows:
        added = upsert(db, tallies)
        more = {"count": tallies.c.count + added.excluded.count}
        db.execute(added.on_conflict_do_update(index_elements=["hour", "event", "brand", "kind"], set_=more), rows)
