"""How often a subject may try a code: five times, then not for a quarter of an hour; after fifty in a row, for a day.

Nothing but a right code, or the time, begins the count anew: in particular no password typed once more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, and_, case, delete, or_

from idp.core.database import UTCDateTime, metadata, upsert

MOST = 5
PAUSE = timedelta(minutes=15)
# Whoever knows the password could else try codes day and night: 100 failures in a row are too many (SP 800-63B 3.2.2).
MANY, LONG_PAUSE = 50, timedelta(days=1)

# One row for a subject and a kind of code; `tries` over MOST says that the last one was refused.
code_tries = Table(
    "code_tries",
    metadata,
    Column("subject_id", ForeignKey("subjects.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last_at", UTCDateTime, nullable=False),
    Column("in_a_row", Integer, nullable=False, server_default="0"),
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The try may be made; after it `left` more."""

    left: int


@dataclass(frozen=True, slots=True)
class Wait:
    """The code must not even be looked at; the next try is possible at `until`."""

    until: datetime


def count_try(db: Connection, subject_id: str, kind: str, now: datetime) -> Allowed | Wait:
    """Counts a try before it is made; of racing ones no more than five are allowed.

    Who goes on in spite of `Wait` waits no longer for it. The caller commits, however the try ends.
    """
    row = code_tries.c
    anew = or_(row.last_at <= now - LONG_PAUSE, and_(row.in_a_row < MANY, row.last_at <= now - PAUSE))
    counted = upsert(db, code_tries).values(subject_id=subject_id, kind=kind, tries=1, last_at=now, in_a_row=1)
    counted = counted.on_conflict_do_update(
        index_elements=[row.subject_id, row.kind],
        set_={
            "tries": case((anew, 1), (row.tries > MOST, row.tries), else_=row.tries + 1),
            "last_at": case((anew | (row.tries < MOST), counted.excluded.last_at), else_=row.last_at),
            "in_a_row": case((anew | (row.tries < MOST), row.in_a_row + 1), else_=row.in_a_row),
        },
    )
    tries, last_at, in_a_row = db.execute(counted.returning(row.tries, row.last_at, row.in_a_row)).one()
    return Allowed(MOST - tries) if tries <= MOST else Wait(last_at + (PAUSE if in_a_row < MANY else LONG_PAUSE))


def succeeded(db: Connection, subject_id: str, kind: str) -> None:
    """A try was right: the count begins anew."""
    db.execute(delete(code_tries).where(code_tries.c.subject_id == subject_id, code_tries.c.kind == kind))
