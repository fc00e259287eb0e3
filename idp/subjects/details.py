"""What a subject says of themselves and may change: names, language, e-mail address, phone number.

Everything here runs in the caller's transaction, on a subject that `Subjects.hold` gave, so that no change is lost in another.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update
from sqlalchemy.exc import IntegrityError

from idp.subjects.closed_names import ClosedNames, TakenMeanwhile
from idp.subjects.model import subjects
from idp.subjects.names import name_key
from idp.subjects.subjects import Subject

LONGEST_NAME = 128
PHONE, CONFIRMED = "phone_number", "phone_number_verified"


def name_of(typed: str) -> str | None:
    """What somebody typed as a name: at most 128 visible characters without space around, empty for none; None: not usable."""
    name = typed.strip()
    return name if len(name) <= LONGEST_NAME and name.isprintable() else None


def set_names(db: Connection, held: Subject, given: str, family: str, now: datetime) -> None:
    """Other names. A `name` that an operator gave as a claim goes with the old ones, which it repeats."""
    claims = {name: value for name, value in held.claims.items() if name != "name"}
    _set(db, held.id, now, given_name=given or None, family_name=family or None, claims=claims)


def set_locale(db: Connection, held: Subject, locale: str | None, now: datetime) -> None:
    """Another language (BCP 47); None: whatever the browser asks for."""
    _set(db, held.id, now, locale=locale)


def set_email(db: Connection, closed_names: ClosedNames, held: Subject, email: str, now: datetime) -> bool:
    """Another address, which was confirmed and `is_email`. False where it is, or was, another's: nothing was changed."""
    try:
        with db.begin_nested():
            _set(db, held.id, now, email=email, email_key=name_key(email), email_verified=True)
            closed_names.refuse(db, name_key(email))
    except (IntegrityError, TakenMeanwhile):
        return False
    return True


def doubt_email(db: Connection, held: Subject, now: datetime) -> None:
    """The address counts as confirmed no longer: nothing is sent there that opens anything."""
    _set(db, held.id, now, email_verified=False)


def set_phone(db: Connection, held: Subject, number: str | None, now: datetime, *, confirmed: bool = True) -> None:
    """Another number; None for none. One that was just `confirmed` is as E.164 writes it."""
    claims: dict[str, Any] = {name: value for name, value in held.claims.items() if name not in (PHONE, CONFIRMED)}
    _set(db, held.id, now, claims=claims | ({PHONE: number, CONFIRMED: confirmed} if number else {}))


def phone_of(claims: Mapping[str, Any]) -> tuple[str, bool]:
    """The number as it stands there, or empty, and whether it was confirmed (Core 5.1)."""
    number = claims.get(PHONE)
    return (number, claims.get(CONFIRMED) is True) if isinstance(number, str) else ("", False)


def _set(db: Connection, subject_id: str, now: datetime, **values: Any) -> None:
    db.execute(update(subjects).where(subjects.c.id == subject_id).values(**values, updated_at=now))
