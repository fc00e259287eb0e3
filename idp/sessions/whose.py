"""Whose browser it was, where its session is over by time alone: enough to give back what they typed, and it opens nothing."""

from sqlalchemy import Connection, or_, select

from idp.core.handles import digest
from idp.sessions.model import sessions

# As `Sessions.sweep` calls them.
BY_TIME = ("expired", "idle")


def whose(db: Connection, handle: str | None) -> str | None:
    """The subject whose session this handle is, or was until its time was over; None where it was ended."""
    over = or_(sessions.c.ended_at.is_(None), sessions.c.end_reason.in_(BY_TIME))
    return db.scalar(select(sessions.c.subject_id).where(sessions.c.handle_digest == digest(handle or ""), over))
