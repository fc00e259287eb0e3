"""The password: something the subject knows."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Connection

from idp.factors.password_hash import Match, Mismatch, PasswordHasher, Unhashable
from idp.subjects.authenticators import Authenticator, hold, of, use
from idp.subjects.proof import Proof


@dataclass(frozen=True, slots=True)
class Recognised:
    """The password is that of `enrolled`. `renewed` is a verifier by today's parameters where the stored one is older."""

    enrolled: Authenticator
    renewed: bytes | None

    @property
    def verifier(self) -> bytes:
        """What is stored of it once the proof is settled."""
        return self.renewed if self.renewed is not None else self.enrolled.verifier


class Password:
    """The factor. A proof takes two steps, so that no transaction stays open while a password is hashed."""

    kind: ClassVar[str] = "password"
    amr: ClassVar[tuple[str, ...]] = ("pwd",)
    strength: ClassVar[str] = "pwd"

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher

    def enrolled(self, db: Connection, subject_id: str) -> Authenticator | None:
        """The subject's password, if there is one."""
        return next(iter(of(db, subject_id, self.kind)), None)

    def hold(self, db: Connection, subject_id: str) -> Authenticator | None:
        """The same, and nobody changes it before this transaction ends."""
        return next(iter(hold(db, subject_id, self.kind)), None)

    def verify(self, enrolled: Authenticator | None, password: str) -> Recognised | Mismatch | Unhashable:
        """First step, outside any transaction: compares. Without anything enrolled it costs the same and never matches."""
        answer = self._hasher.verify(enrolled.verifier if enrolled else None, password)
        if not isinstance(answer, Match):
            return answer
        return Recognised(enrolled, answer.renewed) if enrolled else Mismatch()

    def mark(self, verifier: bytes) -> str:
        """By which a sign-in under way knows that the password is still the one it matched."""
        return hashlib.sha256(verifier).hexdigest()

    def settle(self, db: Connection, recognised: Recognised, now: datetime) -> Proof | None:
        """Second step: the proof counts, and the verifier is renewed where its parameters were old.

        None where the password was changed or removed since the first step.
        """
        if not use(db, recognised.enrolled, now, recognised.renewed):
            return None
        return Proof(self.kind, self.amr, self.strength, now)
