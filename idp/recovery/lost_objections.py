"""What stops the reset of a lost second factor by itself: its owner has it, or takes somebody else to be at it. Reads alone."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from idp.core.events import (
    AuthenticatorEnrolled,
    Event,
    NotMe,
    PasswordChanged,
    RecoveryCodesRenewed,
    SecondStepProven,
    SignedIn,
)
from idp.factors.text_code import TextCode
from idp.recovery.lost_proofs import REMOVED, TOWARDS
from idp.signin.needs import STRONG_STEPS
from idp.subjects.authenticators import of

OBJECTIONS = (SecondStepProven, SignedIn, AuthenticatorEnrolled, RecoveryCodesRenewed, PasswordChanged, NotMe)


def may_object(event: Event) -> bool:
    """Whether to look for a reset at all: most sign-ins are without a passkey, and say nothing of what was lost."""
    return event.subject_id is not None and (not isinstance(event, SignedIn) or event.acr == "phr")


def objection(db: Connection, event: Event, proofs: Collection[str], since: datetime) -> str:
    """Why `event`, one of `OBJECTIONS`, stops a reset that began at `since` on these `proofs`, in one word; else empty."""
    match event:
        # Whoever proves a strong factor has not lost it, nor a phone that was not among the proofs of whoever began.
        case SecondStepProven() if event.reason != TOWARDS and event.kind in STRONG_STEPS | ({TextCode.kind} - {*proofs}):
            return "not_lost"
        # The same for a passkey that signed its owner in by itself.
        case SignedIn(acr="phr", subject_id=str(subject_id)) if _used_passkey(db, subject_id, since):
            return "not_lost"
        # Whoever adds what would go too has a way in, and removes on their own page what is lost.
        case AuthenticatorEnrolled(kind=kind) if kind in REMOVED:
            return "not_lost"
        case RecoveryCodesRenewed():
            return "not_lost"
        # Who changes it from within proves more for that than a reset takes, and may do so because of its notices.
        case PasswordChanged(reason="changed"):
            return "password_changed"
        case NotMe():
            return "not_me"
        case _:
            return ""


def _used_passkey(db: Connection, subject_id: str, since: datetime) -> bool:
    return any(one.last_used_at is not None and one.last_used_at >= since for one in of(db, subject_id, "passkey"))
