"""A code by mail: it goes to the subject's confirmed address, wherever that is, so nothing of it is kept."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Connection

from idp.factors.factor import Wrong
from idp.factors.sent_code import Late, Place, SentCodes
from idp.subjects.authenticators import add, of
from idp.subjects.proof import Proof


class MailCode:
    """The factor. Enrolled means that the subject wants to be asked for it."""

    kind: ClassVar[str] = "mail_code"
    amr: ClassVar[tuple[str, ...]] = ("otp",)
    strength: ClassVar[str] = "2sv"

    def __init__(self, codes: SentCodes) -> None:
        self._codes = codes

    def enrol(self, db: Connection, subject_id: str, now: datetime) -> str:
        """Turns it on for a subject whose address is confirmed; gives the authenticator's id, the same if it was on."""
        enrolled = of(db, subject_id, self.kind)
        return enrolled[0].id if enrolled else add(db, subject_id, self.kind, b"", now)

    def verify(self, db: Connection, subject_id: str, interaction_id: str, typed: str, now: datetime) -> Proof | Wrong | Late:
        """Whether `typed` is the code that was mailed for this interaction; it counts once."""
        proof = Proof(self.kind, self.amr, self.strength, now)
        return self._codes.spend(db, Place(self.kind, subject_id, interaction_id), typed, proof)
