"""The offer of a second step to whoever has none: when it is due, and that it was put off."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, ForeignKey, String, Table, select

from idp.core.database import UTCDateTime, metadata, upsert
from idp.sessions.context import Requirement
from idp.sessions.interaction import Interaction
from idp.sessions.session import Session
from idp.signin.gate import Gate, Presented
from idp.signin.needs import Unmet
from idp.subjects.subjects import Subject

# What the offer leads to.
SAFER = Requirement(("mfa",))

# One row for a subject that said "not now", however often.
nudges = Table(
    "nudges",
    metadata,
    Column("subject_id", String(40), ForeignKey("subjects.id"), primary_key=True),
    Column("put_off_at", UTCDateTime, nullable=False),
)


def is_due(db: Connection, subject_id: str, days: int, now: datetime) -> bool:
    """Whether the subject may be offered a second step, at a brand that asks every so many `days`; never where that is 0."""
    if not days:
        return False
    put_off_at = db.scalar(select(nudges.c.put_off_at).where(nudges.c.subject_id == subject_id))
    return put_off_at is None or now - put_off_at >= timedelta(days=days)


def put_off(db: Connection, subject_id: str, now: datetime) -> None:
    """The subject said "not now"; asked anew, the days count from then."""
    later = upsert(db, nudges).values(subject_id=subject_id, put_off_at=now)
    db.execute(later.on_conflict_do_update(index_elements=["subject_id"], set_={"put_off_at": now}))


def is_offered(
    db: Connection, gate: Gate, interaction: Interaction, subject: Subject, session: Session, brings: Presented, now: datetime
) -> bool:
    """Whether `subject`, whose sign-in came to `session` and who has no second step, is offered one before going on.

    Only at an application's plain sign-in, on a computer of their own, and where what the offer leads to can be done.
    """
    if session.shared or interaction.client_id is None or not interaction.requirement.least.is_plain:
        return False
    if not is_due(db, subject.id, gate.policy(interaction.brand).nudge_days, now):
        return False
    return not isinstance(gate.need(db, subject, interaction.brand, SAFER, brings, now), Unmet)
