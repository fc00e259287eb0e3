"""How what somebody asked for is forgotten: after an hour, and the oldest first where there is too much of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Table, delete, func, select, tuple_

KEPT = timedelta(hours=1)
MOST = 100_000


def purge(db: Connection, table: Table, key: Sequence[Column[str]], now: datetime, batch: int) -> int:
    """Removes up to `batch` rows that are an hour old, and as many of the oldest beyond 100 000; returns how many."""
    many = db.execute(select(func.count()).select_from(table)).scalar_one()
    oldest = select(*key).order_by(table.c.asked_at)
    gone = 0
    for some in (oldest.where(table.c.asked_at < now - KEPT).limit(batch), oldest.limit(min(batch, max(many - MOST, 0)))):
        gone += db.execute(delete(table).where(tuple_(*key).in_(some))).rowcount
    return gone
