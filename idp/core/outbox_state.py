"""What became of deliveries, for those who look after them: how many wait or were given up, which, and trying them again."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true, update

from idp.core.outbox_rows import FAILED, WAITING, outbox

# Administrators read a table, not a dump.
PAGE = 50
BIGGEST_ID = 2**63 - 1


class State(Enum):
    """What a delivery that has not arrived may be."""

    WAITING = "waiting"
    FAILED = "failed"


_IS = {State.WAITING: WAITING, State.FAILED: FAILED}


@dataclass(frozen=True, slots=True)
class Depth:
    """How many deliveries of a kind wait, the oldest since when, and how many were given up."""

    kind: str
    waiting: int
    failed: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One that has not arrived. `target` is a client, a mail provider, or empty; `failed_at` where it was given up."""

    id: int
    kind: str
    target: str
    brand: str | None
    tries: int
    last_error: str
    created_at: datetime
    next_try_at: datetime
    failed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries: of some `brands` (None: of all and of none), of one `kind` (empty: any), older than id `before`."""

    state: State
    brands: frozenset[str] | None = None
    kind: str = ""
    before: int | None = None

    @property
    def where(self) -> ColumnElement[bool]:
        """As a condition."""
        terms: list[Any] = [_IS[self.state], _of(self.brands)]
        if self.kind:
            terms.append(outbox.c.kind == self.kind)
        if self.before is not None:
            terms.append(outbox.c.id < min(self.before, BIGGEST_ID))
        return and_(*terms)


def depth(db: Connection, brands: frozenset[str] | None = None) -> list[Depth]:
    """Every kind of which something has not arrived, in order of kinds."""
    waiting = select(outbox.c.kind, func.count().label("many"), func.min(outbox.c.created_at).label("oldest"))
    failed = select(outbox.c.kind, func.count().label("many")).where(FAILED, _of(brands)).group_by(outbox.c.kind)
    waits = {row.kind: row for row in db.execute(waiting.where(WAITING, _of(brands)).group_by(outbox.c.kind))}
    over = {row.kind: int(row.many) for row in db.execute(failed)}
    return [
        Depth(kind, waits[kind].many if kind in waits else 0, over.get(kind, 0), waits[kind].oldest if kind in waits else None)
        for kind in sorted(waits.keys() | over.keys())
    ]


def undelivered(db: Connection, wanted: Wanted, limit: int = PAGE) -> list[Delivery]:
    """Up to `limit` deliveries, the newest first."""
    rows = db.execute(select(outbox).where(wanted.where).order_by(outbox.c.id.desc()).limit(limit))
    return [_delivery(row) for row in rows]


def find(db: Connection, delivery_id: int) -> Delivery | None:
    """A delivery that has not arrived."""
    row = db.execute(select(outbox).where(outbox.c.id == delivery_id, outbox.c.delivered_at.is_(None))).one_or_none()
    return None if row is None else _delivery(row)


def retry(db: Connection, delivery_id: int, now: datetime) -> bool:
    """Makes a delivery due now; False where it has arrived, or is just being tried."""
    return db.execute(_again(now).where(outbox.c.id == delivery_id)).rowcount == 1


def retry_all(db: Connection, wanted: Wanted, now: datetime) -> dict[str, int]:
    """Makes all that are wanted due now; answers how many of each kind."""
    again = _again(now).where(wanted.where).returning(outbox.c.kind)
    return dict(Counter(row.kind for row in db.execute(again)))


def _again(now: datetime) -> Any:
    idle = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)
    return update(outbox).where(outbox.c.delivered_at.is_(None), idle).values(failed_at=None, next_try_at=now)


def _of(brands: frozenset[str] | None) -> ColumnElement[bool]:
    return true() if brands is None else outbox.c.brand.in_(brands)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in Delivery.__dataclass_fields__})
