"""The factors that are proven by typing a code, behind one question: is this code right?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.factors.factor import Wrong
from idp.factors.mail_code import MailCode
from idp.factors.recovery_codes import RecoveryCodes
from idp.factors.sent_code import Late
from idp.factors.text_code import TextCode
from idp.factors.totp import ClockOff, Replayed, Totp
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

    def _totp(self, db: Connection, subject_id: str, _interaction_id: str, typed: str, now: datetime) -> Verdict:
        return self.totp.verify(db, of(db, subject_id, Totp.kind), typed, now)

    def _recovery_code(self, db: Connection, subject_id: str, _interaction_id: str, typed: str, now: datetime) -> Verdict:
        return self.recovery_codes.spend(db, subject_id, typed, now)
