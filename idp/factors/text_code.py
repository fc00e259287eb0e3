"""A code by text message: weak, because numbers are taken over and texts read on the way (NIST SP 800-63B-4: restricted)."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Connection

from idp.core.sealing import Keyring
from idp.factors.factor import Wrong
from idp.factors.sent_code import Late, Place, SentCodes
from idp.subjects.authenticators import add, of, remove
from idp.subjects.phone_numbers import masked_number
from idp.subjects.proof import Proof


class TextCode:
    """The factor. The number is sealed for its subject; its label shows the last digits."""

    kind: ClassVar[str] = "text_code"
    amr: ClassVar[tuple[str, ...]] = ("sms",)
    strength: ClassVar[str] = "2sv"

    def __init__(self, keyring: Keyring, codes: SentCodes) -> None:
        self._keyring = keyring
        self._codes = codes

    def enrol(self, db: Connection, subject_id: str, number: str, now: datetime) -> str:
        """Makes `number`, which was confirmed by a code, the one that codes go to, in place of any other; gives its id.

        `number` is what `mobile_number` gave.
        """
        for earlier in of(db, subject_id, self.kind):
            remove(db, earlier.id, now)
        sealed = self._keyring.seal(number.encode(), _purpose(subject_id))
        return add(db, subject_id, self.kind, sealed, now, label=masked_number(number))

    def number(self, db: Connection, subject_id: str) -> str | None:
        """The number that was enrolled last; None where there is none."""
        enrolled = of(db, subject_id, self.kind)
        return self._keyring.open(enrolled[-1].verifier, _purpose(subject_id)).decode() if enrolled else None

    def verify(self, db: Connection, subject_id: str, interaction_id: str, typed: str, now: datetime) -> Proof | Wrong | Late:
        """Whether `typed` is the code that was texted for this interaction; it counts once."""
        proof = Proof(self.kind, self.amr, self.strength, now)
        return self._codes.spend(db, Place(self.kind, subject_id, interaction_id), typed, proof)


def _purpose(subject_id: str) -> str:
    return f"text_code:{subject_id}"
