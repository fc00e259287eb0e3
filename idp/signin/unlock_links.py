"""The link by which the owner of a locked account unlocks it: mailed at most once a day, good once, for a day.

Nobody else learns it, so it proves that whoever follows it reads the owner's mail.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, ForeignKey, String, Table, bindparam, select, update

from idp.core.database import UTCDateTime, metadata, upsert
from idp.core.handles import digest, new_handle

LIFETIME = timedelta(days=1)

unlock_links = Table(
    "unlock_links",
    metadata,
    Column("subject_id", ForeignKey("subjects.id"), primary_key=True),
    Column("handle_digest", String(64), nullable=False, unique=True),
    Column("brand", String(31), nullable=False),
    Column("mailed_at", UTCDateTime, nullable=False),
    Column("used_at", UTCDateTime),
)


@dataclass(frozen=True, slots=True)
class UnlockLink:
    """Whose lock it opens, and under which brand it fell."""

    subject_id: str
    brand: str


_GOOD = (
    (unlock_links.c.handle_digest == bindparam("handle"))
    & unlock_links.c.used_at.is_(None)
    & (unlock_links.c.mailed_at > bindparam("since", type_=unlock_links.c.mailed_at.type))
)
_FIND = select(unlock_links.c.subject_id, unlock_links.c.brand).where(_GOOD)


def offer(db: Connection, subject_id: str, brand: str, now: datetime) -> str | None:
    """The handle of a new link to be mailed; None where one was mailed less than a day ago. One of many callers gets it."""
    handle = new_handle()
    row = {"handle_digest": digest(handle), "brand": brand, "mailed_at": now, "used_at": None}
    made = upsert(db, unlock_links).values(subject_id=subject_id, **row)
    again = made.on_conflict_do_update(
        index_elements=["subject_id"], set_=row, where=unlock_links.c.mailed_at <= now - LIFETIME
    ).returning(unlock_links.c.subject_id)
    return handle if db.execute(again).one_or_none() is not None else None


def void(db: Connection, subject_id: str, now: datetime) -> None:
    """No link mailed so far opens anything any more."""
    unused = (unlock_links.c.subject_id == subject_id) & unlock_links.c.used_at.is_(None)
    db.execute(update(unlock_links).where(unused).values(used_at=now))


def find(db: Connection, handle_digest: str, now: datetime) -> UnlockLink | None:
    """What the link would unlock; None for one that was used, is a day old, or never was. Uses nothing up."""
    row = db.execute(_FIND, _given(handle_digest, now)).one_or_none()
    return UnlockLink(*row) if row else None


def use(db: Connection, handle_digest: str, now: datetime) -> UnlockLink | None:
    """Uses the link up: exactly one of many callers gets what it unlocks."""
    spent = update(unlock_links).where(_GOOD).values(used_at=now).returning(unlock_links.c.subject_id, unlock_links.c.brand)
    row = db.execute(spent, _given(handle_digest, now)).one_or_none()
    return UnlockLink(*row) if row else None


def _given(handle_digest: str, now: datetime) -> dict[str, object]:
    return {"handle": handle_digest, "since": now - LIFETIME}
