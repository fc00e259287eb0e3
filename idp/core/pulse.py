"""Signs of life of the workers: a row for each, written again and again while it works."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, String, Table, delete, select

from idp.core.database import UTCDateTime, metadata, upsert

EVERY_SECONDS = 10
# Longer than a worker is busy with one chore; whoever is silent for longer is taken for dead.
SILENT_AFTER = timedelta(minutes=2)
# By those that live: the last one that was seen stays.
FORGOTTEN_AFTER = timedelta(hours=1)

pulses = Table(
    "pulses",
    metadata,
    Column("worker", String(128), primary_key=True),
    Column("began_at", UTCDateTime, nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),
    Column("version", String(32), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Pulse:
    """When a worker began, when it was last seen, and which version of the product it is."""

    worker: str
    began_at: datetime
    seen_at: datetime
    version: str


def beat(db: Connection, pulse: Pulse) -> None:
    """Notes that a worker lives, and forgets those that have long been silent."""
    row = {name: getattr(pulse, name) for name in Pulse.__dataclass_fields__}
    db.execute(upsert(db, pulses).on_conflict_do_update(index_elements=["worker"], set_=row), row)
    db.execute(delete(pulses).where(pulses.c.seen_at < pulse.seen_at - FORGOTTEN_AFTER))


def workers(db: Connection) -> list[Pulse]:
    """Every worker that is remembered, the one seen last first."""
    rows = db.execute(select(pulses).order_by(pulses.c.seen_at.desc()))
    return [Pulse(row.worker, row.began_at, row.seen_at, row.version) for row in rows]


def last_seen(db: Connection) -> Pulse | None:
    """The worker seen last."""
    return next(iter(workers(db)), None)
