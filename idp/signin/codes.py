"""The factors that are proven by typing a code, behind one question: is this code right?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy import Connection

from idp.factors.factor import Wrong
from idp.factors.mail_code import MailCode
from idp.factors.recovery_codes import RecoveryCodes
from idp.factors.sent_code import Late
from idp.factors.text_code import TextCode
from idp.factors.totp import ClockOff, Replayed, Totp
from idp.factors.tries import Allowed, Wait, count_try, succeeded
from idp.signin.outcomes import Paused, WrongCode
from idp.subjects.authenticators import of
from idp.subjects.proof import Proof

Verdict = Proof | Wrong | Replayed | ClockOff | Late
Judge = Callable[[Connection, str, str, str, datetime], Verdict]


@dataclass(frozen=True, slots=True)
class Codes:
    """Collaborators, and one judge for each kind of code."""

    totp: Totp
    recovery_codes: RecoveryCodes
    text_code: TextCode
    mail_code: MailCode

    @property
    def judges(self) -> Mapping[str, Judge]:
        """By kind: takes subject id, interaction id, what was typed, and the time; runs in the caller's transaction."""
        return {
            Totp.kind: self._totp,
            RecoveryCodes.kind: self._recovery_code,
            TextCode.kind: self.text_code.verify,
            MailCode.kind: self.mail_code.verify,
        }

    def prove(
        self, db: Connection, subject_id: str, interaction_id: str, kind: str, typed: str, now: datetime
    ) -> Proof | WrongCode | Paused:
        """Judges a code of `kind`, spends it, and counts the try.

        The try is counted before the code is looked at, and stays counted: the caller commits whatever comes of it.
        """
        allowed = count_try(db, subject_id, kind, now)
        if isinstance(allowed, Wait):
            return Paused(allowed.until)
        verdict = self.judges[kind](db, subject_id, interaction_id, typed, now)
        if not isinstance(verdict, Proof):
            return _wrong(verdict, allowed)
        succeeded(db, subject_id, kind)
        return verdict

    def _totp(self, db: Connection, subject_id: str, _interaction_id: str, typed: str, now: datetime) -> Verdict:
        return self.totp.verify(db, of(db, subject_id, Totp.kind), typed, now)

    def _recovery_code(self, db: Connection, subject_id: str, _interaction_id: str, typed: str, now: datetime) -> Verdict:
        return self.recovery_codes.spend(db, subject_id, typed, now)


def refusal(refused: WrongCode | Paused) -> str:
    """Why a code did not count, in the one word of an event."""
    return refused.because if isinstance(refused, WrongCode) else "paused"


def _wrong(verdict: Wrong | Replayed | ClockOff | Late, allowed: Allowed) -> WrongCode:
    match verdict:
        case Wrong():
            return WrongCode(allowed.left)
        case Replayed():
            return WrongCode(allowed.left, "used")
        case Late():
            return WrongCode(allowed.left, "late")
        case ClockOff(minutes):
            return WrongCode(allowed.left, "clock", minutes)
        case never:
            assert_never(never)
