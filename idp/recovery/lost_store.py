"""Factor resets: second factors that are removed after a waiting time, unless somebody stops it. One at a time for a subject.

What may happen once is one statement: a reset begins, is told of, and ends, each for exactly one of many callers (S3.1).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    literal,
    select,
    update,
)

from idp.core.database import UTCDateTime, metadata, upsert

FINISH_WITHIN = timedelta(hours=72)
# Half-way that is told this late, after an outage, leaves its owner half of the waiting time from then on.
LATE = timedelta(hours=1)
MOST, COUNTED_FOR = 3, timedelta(days=7)
KEPT = timedelta(days=30)

factor_resets = Table(
    "factor_resets",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("subject_id", ForeignKey("subjects.id"), nullable=False),
    Column("brand", String(31)),
    Column("language", String(8)),
    Column("proofs", String(64), nullable=False),
    Column("contacts_digest", String(64), nullable=False),
    Column("started_at", UTCDateTime, nullable=False),
    Column("middle_at", UTCDateTime, nullable=False),
    Column("ready_at", UTCDateTime, nullable=False),
    Column("middle_told_at", UTCDateTime),
    Column("ready_told_at", UTCDateTime),
    Column("stop_digest", String(64), nullable=False, unique=True),
    Column("stop_sealed", LargeBinary, nullable=False),
    Column("finish_digest", String(64), unique=True),
    Column("ended_at", UTCDateTime, index=True),
    Column("outcome", String(16)),
    Index("ix_factor_resets_subject_id_started_at", "subject_id", "started_at"),
)
RUNNING = factor_resets.c.ended_at.is_(None)
Index("uq_factor_resets_running", factor_resets.c.subject_id, unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING)


@dataclass(frozen=True, slots=True)
class Reset:
    """A reset that runs. `proofs` are the kinds that began it, `language` that of the page where it began.

    `stop_sealed` holds the handle of the links that stop it.
    """

    id: str
    subject_id: str
    brand: str | None
    language: str | None
    proofs: frozenset[str]
    contacts_digest: str
    started_at: datetime
    middle_at: datetime
    ready_at: datetime
    ready_told_at: datetime | None
    stop_sealed: bytes

    @property
    def ends_at(self) -> datetime | None:
        """Until when it can be finished; None as long as it cannot be."""
        return self.ready_told_at + FINISH_WITHIN if self.ready_told_at else None

    def ready_after(self, told_at: datetime) -> datetime:
        """When its waiting time is over, if its owner was told of half-way at `told_at`."""
        left = told_at + (self.middle_at - self.started_at)
        return self.ready_at if left <= self.ready_at + LATE else left

    def is_ripe(self, now: datetime) -> bool:
        """Whether it can be finished now."""
        return self.ends_at is not None and now < self.ends_at


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new reset is made of."""

    id: str
    subject_id: str
    brand: str | None
    language: str
    proofs: str
    contacts_digest: str
    ready_at: datetime
    stop_digest: str
    stop_sealed: bytes


_COLUMNS = [factor_resets.c[name] for name in Reset.__dataclass_fields__]


def begin(db: Connection, new: Beginning, now: datetime) -> bool:
    """Begins a reset; False where one of this subject runs, or three were begun in a week. One of many callers begins it."""
    table = factor_resets.c
    row = {name: getattr(new, name) for name in Beginning.__dataclass_fields__}
    row |= {"started_at": now, "middle_at": now + (new.ready_at - now) / 2}
    lately = select(func.count()).where(table.subject_id == new.subject_id, table.started_at > now - COUNTED_FOR)
    values = select(*(literal(value, table[name].type) for name, value in row.items())).where(lately.scalar_subquery() < MOST)
    made = upsert(db, factor_resets).from_select(list(row), values).on_conflict_do_nothing()
    return db.execute(made.returning(table.id)).one_or_none() is not None


def running(db: Connection, subject_id: str) -> Reset | None:
    """The reset of this subject that runs; None where none does."""
    return _found(db, factor_resets.c.subject_id == subject_id)


def by_id(db: Connection, reset_id: str) -> Reset | None:
    """A reset that runs; None where it has ended."""
    return _found(db, factor_resets.c.id == reset_id)


def by_stop(db: Connection, stop_digest: str) -> Reset | None:
    """The running reset that a link of its notices stops. Uses nothing up."""
    return _found(db, factor_resets.c.stop_digest == stop_digest)


def by_finish(db: Connection, finish_digest: str) -> Reset | None:
    """The running reset that a mailed link finishes. Uses nothing up."""
    return _found(db, factor_resets.c.finish_digest == finish_digest)


def end(db: Connection, reset: Reset, outcome: str, now: datetime) -> bool:
    """Ends a running reset: exactly one of many callers does, whether they stop or finish it."""
    this = (factor_resets.c.id == reset.id) & RUNNING
    return db.execute(update(factor_resets).where(this).values(ended_at=now, outcome=outcome)).rowcount == 1


def half_way(db: Connection, now: datetime, limit: int) -> tuple[Reset, ...]:
    """Resets of which half the waiting time is over and nobody was told yet."""
    table = factor_resets.c
    return _all(db, limit, table.middle_at <= now, table.middle_told_at.is_(None), table.ready_told_at.is_(None))


def ripe(db: Connection, now: datetime, limit: int) -> tuple[Reset, ...]:
    """Resets whose waiting time is over and nobody was told yet, but of half-way, so that nothing comes as a surprise."""
    table = factor_resets.c
    return _all(db, limit, table.ready_at <= now, table.middle_told_at.is_not(None), table.ready_told_at.is_(None))


def lapsed(db: Connection, now: datetime, limit: int) -> tuple[Reset, ...]:
    """Resets that nobody finished in time."""
    return _all(db, limit, factor_resets.c.ready_told_at <= now - FINISH_WITHIN)


def told_half_way(db: Connection, reset: Reset, now: datetime) -> bool:
    """Marks what is told in the same transaction, and moves the end of the wait where it is late; one of many callers does."""
    table = factor_resets.c
    this = (table.id == reset.id) & RUNNING & table.middle_told_at.is_(None) & table.ready_told_at.is_(None)
    told = {"middle_told_at": now, "ready_at": reset.ready_after(now)}
    return db.execute(update(factor_resets).where(this).values(told)).rowcount == 1


def told_ready(db: Connection, reset: Reset, finish_digest: str, now: datetime) -> bool:
    """The same for the end of the waiting time, from which on the link behind `finish_digest` counts."""
    this = (factor_resets.c.id == reset.id) & RUNNING & factor_resets.c.ready_told_at.is_(None)
    ready = {"ready_told_at": now, "finish_digest": finish_digest}
    return db.execute(update(factor_resets).where(this).values(ready)).rowcount == 1


def put_off(db: Connection, reset: Reset, ready_at: datetime) -> None:
    """Moves the end of the waiting time, which nobody was told of yet."""
    this = (factor_resets.c.id == reset.id) & RUNNING & factor_resets.c.ready_told_at.is_(None)
    db.execute(update(factor_resets).where(this).values(ready_at=ready_at))


def purge(db: Connection, now: datetime, batch: int) -> int:
    """Removes up to `batch` resets that ended a month ago; returns how many."""
    some = select(factor_resets.c.id).where(factor_resets.c.ended_at < now - KEPT).limit(batch)
    return db.execute(delete(factor_resets).where(factor_resets.c.id.in_(some))).rowcount


def _found(db: Connection, which: ColumnElement[bool]) -> Reset | None:
    return next(iter(_all(db, 1, which)), None)


def _all(db: Connection, limit: int, *which: ColumnElement[bool]) -> tuple[Reset, ...]:
    rows = db.execute(select(*_COLUMNS).where(RUNNING, *which).order_by(factor_resets.c.started_at).limit(limit))
    return tuple(Reset(**{**row._mapping, "proofs": frozenset(row.proofs.split())}) for row in rows)
