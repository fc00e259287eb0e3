"""A factor reset for somebody who called: two agents vouch for them, and from there on it waits and is told like any other."""

from dataclasses import dataclass

from sqlalchemy import Connection

from idp.core.wishes import language_of
from idp.recovery import lost_notices as say
from idp.recovery.lost import Begun, LostResets, NotNow
from idp.recovery.lost_proofs import REMOVED, SUPPORT
from idp.subjects.authenticators import kinds
from idp.subjects.subjects import Subject


@dataclass(frozen=True, slots=True)
class NothingToRemove:
    """There is no second factor that could be lost."""


@dataclass(frozen=True, slots=True)
class NoEnd:
    """Nobody could be told, or nothing else could be proven at the end."""


def hindrance(resets: LostResets, db: Connection, subject: Subject, brand: str) -> NothingToRemove | NoEnd | NotNow | None:
    """What stands against a reset, as far as it can be known before."""
    if not kinds(db, subject.id) & set(REMOVED):
        return NothingToRemove()
    if resets.running(db, subject.id) is not None:
        return NotNow(running=True)
    return None if resets.proofs.can_finish(db, subject, brand) else NoEnd()


def begin(resets: LostResets, db: Connection, subject: Subject, brand: str) -> Begun | NotNow | NothingToRemove | NoEnd:
    """Begins it, in the transaction of the second agent's approval, and tells its owner on every channel."""
    against = hindrance(resets, db, subject, brand)
    found = resets.notices.brands.get(brand)
    language = language_of(subject.locale, found.languages if found is not None else ("en",))
    return against or resets.start(db, subject, brand, (SUPPORT,), say.BY_SUPPORT, language)
