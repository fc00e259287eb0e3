"""Browsers in which a subject has signed in before: their own lane past a lock, and trust where a brand allows it.

A browser is known by a random handle in a cookie that outlives its session. One browser may be known to several subjects.
What is stored can be revoked at once, so the cookie itself says nothing and proves nothing.
"""

import secrets
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    delete,
    select,
    update,
)

from idp.core.database import UTCDateTime, metadata, upsert
from idp.core.handles import digest

LIFETIME = timedelta(days=400)  # browsers keep no cookie longer (RFC 6265bis 5.5)

known_browsers = Table(
    "known_browsers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("subject_id", ForeignKey("subjects.id"), nullable=False),
    Column("handle_digest", String(64), nullable=False),
    Column("label", String(64), nullable=False),
    Column("first_seen_at", UTCDateTime, nullable=False),
    Column("last_seen_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("trusted_until", UTCDateTime),
    UniqueConstraint("subject_id", "handle_digest"),
    Index("ix_known_browsers_expires_at", "expires_at"),
    Index("ix_known_browsers_handle_digest", "handle_digest"),
)


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """A browser this subject has signed in with. `label` is how a person would call it: "Chrome on Windows"."""

    id: str
    label: str
    first_seen_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    trusted_until: datetime | None

    def is_trusted(self, now: datetime) -> bool:
        """Whether the second step at sign-in may be left out here. Never true for a step-up: that is not asked here."""
        return self.trusted_until is not None and now < self.trusted_until


_COLUMNS = [known_browsers.c[f.name] for f in fields(KnownBrowser)]
_THIS = and_(
    known_browsers.c.subject_id == bindparam("of"),
    known_browsers.c.handle_digest == bindparam("handle"),
    known_browsers.c.expires_at > bindparam("at", type_=known_browsers.c.expires_at.type),
)
_FIND = select(*_COLUMNS).where(_THIS)


def remember(db: Connection, subject_id: str, handle: str, label: str, now: datetime) -> None:
    """The subject has signed in with this browser: from now on it is known, for 400 days from the last time."""
    renewed = {"label": label, "last_seen_at": now, "expires_at": now + LIFETIME}
    row = {
        "id": f"b_{secrets.token_urlsafe(16)}",
        "subject_id": subject_id,
        "handle_digest": digest(handle),
        "first_seen_at": now,
        **renewed,
    }
    statement = upsert(db, known_browsers).values(row)
    db.execute(statement.on_conflict_do_update(index_elements=["subject_id", "handle_digest"], set_=renewed))


def rename(db: Connection, sent: str, handle: str) -> None:
    """A browser that came with the handle `sent` has `handle` from now on, for every subject it is known to."""
    this = known_browsers.c.handle_digest == digest(sent)
    db.execute(update(known_browsers).where(this).values(handle_digest=digest(handle)))


def find(db: Connection, subject_id: str, handle: str, now: datetime) -> KnownBrowser | None:
    """The browser with this handle, if the subject knows it. For a subject that does not exist it costs the same."""
    row = db.execute(_FIND, _given(subject_id, handle, now)).one_or_none()
    return KnownBrowser(*row) if row else None


def of(db: Connection, subject_id: str, now: datetime) -> tuple[KnownBrowser, ...]:
    """The browsers known to the subject, the one used last first."""
    theirs = (known_browsers.c.subject_id == subject_id) & (known_browsers.c.expires_at > now)
    rows = db.execute(select(*_COLUMNS).where(theirs).order_by(known_browsers.c.last_seen_at.desc(), known_browsers.c.id))
    return tuple(KnownBrowser(*row) for row in rows)


def trust(db: Connection, subject_id: str, handle: str, until: datetime, now: datetime) -> bool:
    """Lets the second step be left out in this browser until then; False where it is not known."""
    trusted = db.execute(update(known_browsers).where(_THIS).values(trusted_until=until), _given(subject_id, handle, now))
    return trusted.rowcount == 1


def distrust(db: Connection, subject_id: str, browser_id: str, now: datetime) -> bool:
    """Asks for the second step in this browser again; True for exactly one of many callers, False where it was not trusted."""
    this = (known_browsers.c.id == browser_id) & (known_browsers.c.subject_id == subject_id)
    trusted = known_browsers.c.trusted_until > now
    return db.execute(update(known_browsers).where(this, trusted).values(trusted_until=None)).rowcount == 1


def distrust_all(db: Connection, subject_id: str) -> None:
    """No browser of the subject is trusted any more (`trust.withdraw` tells running sessions too). They stay known."""
    db.execute(update(known_browsers).where(known_browsers.c.subject_id == subject_id).values(trusted_until=None))


def forget(db: Connection, subject_id: str, browser_id: str) -> bool:
    """Makes a browser of this subject a stranger; True for exactly one of many callers, False for another's browser."""
    this = (known_browsers.c.id == browser_id) & (known_browsers.c.subject_id == subject_id)
    return db.execute(delete(known_browsers).where(this)).rowcount == 1


def forget_all(db: Connection, subject_id: str, keep: str = "") -> int:
    """Makes every browser of the subject a stranger, but the one with the id `keep`; answers how many."""
    theirs = (known_browsers.c.subject_id == subject_id) & (known_browsers.c.id != keep)
    return db.execute(delete(known_browsers).where(theirs)).rowcount


def purge(db: Connection, now: datetime, limit: int = 500) -> int:
    """Removes at most `limit` browsers that were not used for 400 days; answers how many."""
    over = select(known_browsers.c.id).where(known_browsers.c.expires_at <= now).limit(limit)
    return db.execute(delete(known_browsers).where(known_browsers.c.id.in_(over))).rowcount


def _given(subject_id: str, handle: str, now: datetime) -> dict[str, object]:
    return {"of": subject_id, "handle": digest(handle), "at": now}
