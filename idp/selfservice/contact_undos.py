"""What takes a change of e-mail or phone back: a link that goes to the old contact, good once, for seven days.

Whoever changed a contact in somebody else's account holds the account, but not the mailbox that the link went to.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from idp.core.database import UTCDateTime, metadata
from idp.core.handles import digest, new_handle
from idp.subjects.names import name_key

LIFETIME = timedelta(days=7)
EMAIL, PHONE = "email", "phone"

# `id` is the order in which contacts changed. `old` is empty where there was none, and else as it stood, `confirmed` or not;
# `codes`: codes by text went there too. `told_key`: the address that the link went to.
contact_undos = Table(
    "contact_undos",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("handle_digest", String(64), nullable=False, unique=True),
    Column("subject_id", ForeignKey("subjects.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("old", String(254), nullable=False),
    Column("old_key", String(1024), nullable=False),
    Column("codes", Boolean, nullable=False),
    Column("confirmed", Boolean, nullable=False, server_default=true()),
    Column("told_key", String(1024), nullable=False),
    Column("brand", String(31)),
    Column("made_at", UTCDateTime, nullable=False),
    Column("used_at", UTCDateTime),
    Index("ix_contact_undos_subject_id", "subject_id"),
    Index("ix_contact_undos_old_key", "old_key"),
    Index("ix_contact_undos_made_at", "made_at"),
)


@dataclass(frozen=True, slots=True)
class Undo:
    """A change that can be taken back: of what, whose, and what it was before."""

    id: int
    subject_id: str
    kind: str
    old: str
    codes: bool
    confirmed: bool
    brand: str | None


_ROW = contact_undos.c
_COLUMNS = [_ROW[f.name] for f in fields(Undo)]
_LINK = [*_COLUMNS, _ROW.told_key]


def offer(
    db: Connection,
    subject_id: str,
    kind: str,
    old: str,
    brand: str | None,
    now: datetime,
    *,
    told: str = "",
    codes: bool = False,
    confirmed: bool = True,
) -> str:
    """The handle of a link that brings `old` back, to be mailed in the same transaction, to `told` or else to `old` itself."""
    handle = new_handle()
    row: dict[str, Any] = {"subject_id": subject_id, "kind": kind, "old": old, "old_key": name_key(old)}
    row |= {"told_key": name_key(told or old), "codes": codes, "confirmed": confirmed}
    db.execute(insert(contact_undos).values(**row, handle_digest=digest(handle), brand=brand, made_at=now))
    return handle


def find(db: Connection, handle_digest: str, now: datetime) -> Undo | None:
    """What the link would bring back of its kind; None for one that was used, is over, or never was. Uses nothing up."""
    link = db.execute(select(*_LINK).where(_ROW.handle_digest == handle_digest, _open(now))).one_or_none()
    if link is None:
        return None
    same = select(*_COLUMNS).where(_with(link, now), _ROW.kind == link.kind)
    return replace(Undo(*db.execute(same.order_by(_ROW.id).limit(1)).one()), brand=link.brand)


def use(db: Connection, handle_digest: str, now: datetime) -> tuple[Undo, ...]:
    """Uses up the link, the first that went to the same address, and all that were made since either.

    What any of them says is no longer what was first. Exactly one of many callers gets them, the link's own first; nothing
    where it is over.
    """
    this = _ROW.handle_digest == handle_digest
    link = db.execute(update(contact_undos).where(this, _open(now)).values(used_at=now).returning(*_LINK)).one_or_none()
    if link is None:
        return ()
    others = db.execute(update(contact_undos).where(_with(link, now)).values(used_at=now).returning(*_COLUMNS)).all()
    return tuple(Undo(*row) for row in (link[: len(_COLUMNS)], *sorted(others, key=lambda row: row.id)))


def former(db: Connection, subject_id: str, now: datetime) -> tuple[tuple[str, str, datetime], ...]:
    """What is kept of the subject's former contacts: the kind, what it was, and until when; the first to change comes first."""
    theirs = (_ROW.subject_id == subject_id) & (_ROW.made_at > now - LIFETIME) & (_ROW.old != "")
    rows = db.execute(select(_ROW.kind, _ROW.old, _ROW.made_at).where(theirs).order_by(_ROW.id))
    return tuple((row.kind, row.old, row.made_at + LIFETIME) for row in rows)


def mailboxes(db: Connection, subject_id: str, now: datetime) -> tuple[str, ...]:
    """The addresses that may still take their change back: the subject may be whoever reads them, and nobody else."""
    theirs = (_ROW.subject_id == subject_id) & (_ROW.kind == EMAIL) & _open(now)
    return tuple(dict.fromkeys(db.scalars(select(_ROW.old).where(theirs).order_by(_ROW.id))))


def changed(db: Connection, subject_id: str, now: datetime) -> frozenset[str]:
    """The kinds of contact of which a change may still be taken back: whoever made it may be a thief."""
    return frozenset(db.scalars(select(_ROW.kind).where(_ROW.subject_id == subject_id, _open(now)).distinct()))


def is_kept(db: Connection, email: str, subject_id: str, now: datetime) -> bool:
    """Whether another subject than `subject_id` may still take this address back: until then it is nobody else's."""
    theirs = (_ROW.kind == EMAIL) & (_ROW.old_key == name_key(email)) & (_ROW.subject_id != subject_id)
    return bool(db.scalar(select(exists().where(theirs, _open(now)))))


def purge(db: Connection, now: datetime, limit: int = 500) -> int:
    """Forgets at most `limit` old contacts that can no longer come back; answers how many."""
    over = select(_ROW.id).where(_ROW.made_at <= now - LIFETIME).limit(limit)
    return db.execute(delete(contact_undos).where(_ROW.id.in_(over))).rowcount


def _with(link: Row[Any], now: datetime) -> ColumnElement[bool]:
    """What goes with a link: the first of the same subject that went to the same address, and all since either."""
    theirs: ColumnElement[bool] = (_ROW.subject_id == link.subject_id) & _open(now)
    first = select(func.min(_ROW.id)).where(theirs, _ROW.told_key == link.told_key).scalar_subquery()
    return theirs & or_(_ROW.id >= link.id, _ROW.id >= first)


def _open(now: datetime) -> ColumnElement[bool]:
    return _ROW.used_at.is_(None) & (_ROW.made_at > now - LIFETIME)
