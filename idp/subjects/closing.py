"""An account whose owner wants it closed: it waits, so that they may think again, and then it is gone for good."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, select, update

from idp.subjects.model import subjects

# What is left of a closed account: its id, and digests of its names, so that nobody else can ever have them.
ERASED = {
    "username": "",
    "email": "",
    "email_verified": False,
    "given_name": None,
    "family_name": None,
    "claims": {},
    "locale": None,
    "staff": False,
    "recovered_at": None,
    "closing_brand": None,
    "closing_reminded_at": None,
}
_WAITS = subjects.c.closing_at.is_not(None)
# Whoever has a role hands it on first: the last administrator stays (S3.12).
_NO_STAFF = subjects.c.staff.is_(False)


def begin(db: Connection, subject_id: str, brand: str | None, closes_at: datetime) -> bool:
    """From now on the account waits until `closes_at`; True for exactly one of many callers, False for staff."""
    this = (subjects.c.id == subject_id) & subjects.c.disabled_at.is_(None) & _NO_STAFF
    values = {"closing_at": closes_at, "closing_brand": brand, "closing_reminded_at": None}
    return db.execute(update(subjects).where(this, subjects.c.closing_at.is_(None)).values(values)).rowcount == 1


def cancel(db: Connection, subject_id: str) -> bool:
    """The account stays; True for exactly one of many callers, False where it did not wait or is closed by now."""
    values = {"closing_at": None, "closing_brand": None, "closing_reminded_at": None}
    return db.execute(update(subjects).where(subjects.c.id == subject_id, _WAITS).values(values)).rowcount == 1


def closes_at(db: Connection, subject_id: str) -> datetime | None:
    """When the account will be closed; None where it does not wait for that."""
    return db.scalar(select(subjects.c.closing_at).where(subjects.c.id == subject_id))


def hold(db: Connection, subject_id: str) -> datetime | None:
    """The same, and it stays so until the transaction ends."""
    return db.scalar(select(subjects.c.closing_at).where(subjects.c.id == subject_id).with_for_update(read=True))


def due(db: Connection, now: datetime, limit: int) -> tuple[str, ...]:
    """The ids of up to `limit` accounts whose time has come; not of who became staff meanwhile."""
    return tuple(db.scalars(select(subjects.c.id).where(_WAITS, subjects.c.closing_at <= now, _NO_STAFF).limit(limit)))


def to_remind(db: Connection, before: datetime, limit: int) -> tuple[str, ...]:
    """The ids of up to `limit` accounts that will be closed `before` then, and whose owners were not reminded of it."""
    unreminded = subjects.c.closing_reminded_at.is_(None)
    return tuple(db.scalars(select(subjects.c.id).where(_WAITS, subjects.c.closing_at <= before, unreminded).limit(limit)))


def remind(db: Connection, subject_id: str, now: datetime) -> tuple[datetime, str | None] | None:
    """When it will be closed and under which brand, for exactly one of many callers: the owner is to be reminded now."""
    this = (subjects.c.id == subject_id) & subjects.c.closing_reminded_at.is_(None)
    marked = update(subjects).where(this, _WAITS).values(closing_reminded_at=now)
    row = db.execute(marked.returning(subjects.c.closing_at, subjects.c.closing_brand)).one_or_none()
    return (row[0], row[1]) if row is not None else None


def finish(db: Connection, subject_id: str, now: datetime) -> bool:
    """The time has come: it can no longer be cancelled. True for exactly one of many callers, False for staff."""
    ended = update(subjects).where(subjects.c.id == subject_id, subjects.c.closing_at <= now, _NO_STAFF)
    return db.execute(ended.values(closing_at=None)).rowcount == 1


def erase(db: Connection, subject_id: str, closed_key: Callable[[str], str], now: datetime) -> None:
    """What is personal is gone; of the keys of the names there stays what `closed_key` makes of each."""
    this = subjects.c.id == subject_id
    names = db.execute(select(subjects.c.username_key, subjects.c.email_key).where(this)).one()._mapping
    closed = {name: closed_key(key) for name, key in names.items()}
    db.execute(update(subjects).where(this).values(**ERASED, **closed, updated_at=now))


def brand_of(db: Connection, subject_id: str) -> str | None:
    """Under which brand the owner asked for it."""
    return db.scalar(select(subjects.c.closing_brand).where(subjects.c.id == subject_id))
