"""The owner's answer to the mail about a lock: "it was me", which opens it, or "not me", which ends what runs.

Either uses the link up. Where time alone opens no lock, a mailbox alone must not either: who has a second step proves it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import NotMe, SecondStepFailed
from idp.factors.recovery_codes import RecoveryCodes
from idp.factors.totp import Totp
from idp.sessions import known_browsers
from idp.signin import unlock_links
from idp.signin.codes import Codes, refusal
from idp.signin.gate import Gate
from idp.signin.locking import Locking
from idp.signin.needs import STRONG_STEPS
from idp.signin.outcomes import Incomplete, NotAsked, Paused, WrongCode
from idp.signin.unlock_links import UnlockLink
from idp.subjects.proof import Proof
from idp.subjects.subjects import Subjects

TYPED = (Totp.kind, RecoveryCodes.kind)


@dataclass(frozen=True, slots=True)
class Asked:
    """What opening takes: a code of one of `kinds`, or nothing where there are none.

    `barred`: the subject has second steps, but none that can be proven here.
    """

    brand: str
    kinds: tuple[str, ...] = ()
    barred: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The link is used up and what it was for is done, as `brand` says it."""

    brand: str


@dataclass(frozen=True, slots=True)
class LinkOver:
    """There is no such link, or no longer."""


@dataclass(frozen=True, slots=True)
class Unlocking:
    """Collaborators. Links are named by the digest of their handle."""

    database: Database
    clock: Clock
    subjects: Subjects
    locking: Locking
    gate: Gate
    codes: Codes

    def asked(self, handle_digest: str) -> Asked | LinkOver:
        """What the link would do. Uses nothing up."""
        now = self.clock.now()
        with self.database.reading() as db:
            link = unlock_links.find(db, handle_digest, now)
            return self._asked(db, link, now) if link else LinkOver()

    def unlock(
        self, handle_digest: str, kind: str, typed: str
    ) -> Answered | LinkOver | Incomplete | NotAsked | WrongCode | Paused:
        """Ends every lock of the owner. A code that does not count leaves the link as it is."""
        now = self.clock.now()
        with self.database.transaction() as db:
            link = unlock_links.find(db, handle_digest, now)
            if link is None:
                return LinkOver()
            wanted = self._asked(db, link, now)
            if wanted.barred or (wanted.kinds and kind not in wanted.kinds):
                return NotAsked()
            if wanted.kinds and not typed.strip():
                return Incomplete("code")
            if wanted.kinds:
                verdict = self.codes.prove(db, link.subject_id, handle_digest, kind, typed, now)
                if not isinstance(verdict, Proof):
                    self._refused(db, link, kind, verdict)
                    return verdict
            if unlock_links.use(db, handle_digest, now) is None:
                return LinkOver()
            self.locking.release(db, link.subject_id, "owner", now)
        return Answered(link.brand)

    def deny(self, handle_digest: str) -> Answered | LinkOver:
        """Ends all sessions and tokens of the owner (S1, "not me") and leaves the lock.

        No browser is trusted any more. Those without a lock of their own stay known, for they are the owner's way past it.
        """
        now = self.clock.now()
        with self.database.transaction() as db:
            link = unlock_links.use(db, handle_digest, now)
            if link is None:
                return LinkOver()
            known_browsers.distrust_all(db, link.subject_id)
            for browser in self._locks(db, link, now):
                known_browsers.forget(db, link.subject_id, browser)
            self.locking.bus.record(db, NotMe(subject_id=link.subject_id, brand=link.brand, reason="lock"))
        return Answered(link.brand)

    def _asked(self, db: Connection, link: UnlockLink, now: datetime) -> Asked:
        # A lock of another brand may have fallen since the mail: each that would open is asked.
        brands = {link.brand, *self._locks(db, link, now).values()}
        strict = [policy for policy in map(self.gate.policy, brands) if policy.unlock_asks_second_step]
        subject = self.subjects.get(db, link.subject_id)
        if not strict or subject is None:
            return Asked(link.brand)
        enrolled = self.gate.enrolled(db, subject) & STRONG_STEPS
        kinds = tuple(kind for kind in TYPED if kind in enrolled and all(kind in policy.second_steps for policy in strict))
        return Asked(link.brand, kinds, barred=bool(enrolled) and not kinds)

    def _locks(self, db: Connection, link: UnlockLink, now: datetime) -> dict[str, str | None]:
        lockout = self.locking.lockout
        return lockout.locks(db, lockout.who(link.subject_id), now)

    def _refused(self, db: Connection, link: UnlockLink, kind: str, verdict: WrongCode | Paused) -> None:
        failed = SecondStepFailed(
            subject_id=link.subject_id, brand=link.brand, outcome="refused", reason=refusal(verdict), kind=kind
        )
        self.locking.bus.record(db, failed)
