"""The password, judged: the usual first step of a sign-in.

What is expected to go wrong is returned, and takes the same path and time for names that do not exist.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import assert_never

from idp.core.events import Event, SignInFailed, SourceThrottled, SprayingSeen
from idp.factors.password import Recognised
from idp.factors.password_hash import Mismatch, Unhashable
from idp.sessions.interaction import Interaction
from idp.signin.attempt import Attempt
from idp.signin.brake import Brake, Kind, Try
from idp.signin.lockout import UNKNOWN_BROWSER, Lane, Locked, Open
from idp.signin.outcomes import Browser, Incomplete, LockedOut, NotRecognised, Over, Pending, Proven, TooLong, TooManyTries
from idp.signin.progress import Progress
from idp.subjects.authenticators import Authenticator
from idp.subjects.names import name_key
from idp.subjects.proof import Proof
from idp.subjects.subjects import Subject


@dataclass(frozen=True, slots=True)
class Credential:
    """What the person presents."""

    username: str
    password: str


Step = Proven | Pending | NotRecognised | LockedOut | Incomplete | TooLong | TooManyTries


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom a name may mean, and whether a password may be tried.

    Without `subject` and `enrolled` it is a name that does not exist, and the way on is the same. `tried` is what the brake
    counts; None in a known browser, which nobody else's failures slow.
    """

    subject: Subject | None
    enrolled: Authenticator | None
    lane: Lane
    lock: Open | Locked
    tried: Try | None


@dataclass(frozen=True, slots=True)
class Flow:
    """The first step. `name_key` keys the digests of names that failed."""

    progress: Progress
    brake: Brake
    name_key: bytes

    def prove_password(self, interaction: Interaction, credential: Credential, browser: Browser) -> Step:
        """Judges a password given for `interaction`, and finishes the sign-in where nothing more is needed."""
        if not credential.username.strip() or not credential.password:
            return Incomplete("password" if credential.username.strip() else "username")
        candidate = self._identify(credential, browser)
        braked = self.brake.wait(candidate.tried) if candidate.tried else None
        if braked is not None:
            return TooManyTries(braked.retry_after, here=braked.kind in ("source", "network"))
        if isinstance(candidate.lock, Locked):
            return self._failed(interaction, credential, candidate, "locked")
        # Outside any transaction: hashing takes long, and on SQLite everybody would wait for the write lock.
        match self.progress.password.verify(candidate.enrolled, credential.password):
            case Unhashable():
                return TooLong()
            case Mismatch():
                return self._failed(interaction, credential, candidate, "wrong_password")
            case Recognised() as recognised:
                proven = self._go_on(interaction, recognised, candidate.lane, browser)
                if proven is not None and candidate.tried is not None:
                    self.brake.succeeded(recognised.enrolled.subject_id)
                return proven or self._failed(interaction, credential, candidate, "disabled_or_changed")
            case never:
                assert_never(never)

    def _identify(self, credential: Credential, browser: Browser) -> Candidate:
        progress, username, now = self.progress, credential.username, self.progress.clock.now()
        with progress.database.reading() as db:
            subject = progress.subjects.find(db, username)
            subject_id = subject.id if subject else ""
            enrolled = progress.password.enrolled(db, subject_id)
            lane = progress.lane(db, subject_id, username, browser.device, now)
            lock = progress.locking.lockout.state(db, lane, now)
        unknown = lane.browser == UNKNOWN_BROWSER
        tried = self.brake.look_at(browser.address, credential.password) if unknown else None
        return Candidate(subject, enrolled, lane, lock, tried)

    def _go_on(self, interaction: Interaction, recognised: Recognised, lane: Lane, browser: Browser) -> Proven | Pending | None:
        """None where the subject is disabled, or its password changed or its lane locked while this one was compared."""
        progress, now = self.progress, self.progress.clock.now()
        with progress.database.transaction() as db:
            progress.hold(db, browser, now, recognised.enrolled.subject_id)
            proof = progress.password.settle(db, recognised, now)
            if proof is None or isinstance(progress.locking.lockout.state(db, lane, now), Locked):
                return None
            attempt = self._attempt(interaction, recognised, proof, browser)
            outcome = progress.advance(db, interaction, attempt, browser, now)
        settled = progress.settle(interaction, outcome)
        return None if isinstance(settled, Over) else settled

    def _attempt(self, interaction: Interaction, recognised: Recognised, proof: Proof, browser: Browser) -> Attempt:
        """What was proven for this request so far, by this subject, and this password."""
        subject_id = recognised.enrolled.subject_id
        before = self.progress.attempts.find(interaction)
        if before is None or before.subject_id != subject_id:
            before = Attempt(subject_id=subject_id)
        return Attempt(
            subject_id=subject_id,
            proofs=before.proven(proof),
            verifier=self.progress.password.mark(recognised.verifier),
            shared=browser.shared,
            trust=before.trust,
        )

    def _failed(
        self, interaction: Interaction, credential: Credential, candidate: Candidate, reason: str
    ) -> NotRecognised | LockedOut:
        progress = self.progress
        brakes = self.brake.failed(candidate.tried) if candidate.tried else ()
        failed = SignInFailed(
            subject_id=candidate.subject.id if candidate.subject else None,
            client_id=interaction.client_id,
            brand=interaction.brand,
            outcome="refused",
            reason=reason,
            name_digest=self._name_digest(credential.username),
        )
        with progress.database.transaction() as db:
            lock = progress.locking.failed(db, candidate.lane, candidate.lock, failed, progress.clock.now())
            for kind in brakes:
                progress.bus.record(db, _put_on(kind, interaction))
        return LockedOut(lock.brand, lock.until) if isinstance(lock, Locked) else NotRecognised()

    def _name_digest(self, username: str) -> str:
        # Keyed: names are guessable, so a bare digest in the trail would be as good as the name.
        key = name_key(username).encode("utf-8", "surrogatepass")
        return hmac.new(self.name_key, key, hashlib.sha256).hexdigest()


def _put_on(kind: Kind, interaction: Interaction) -> Event:
    braked = SourceThrottled() if kind == "source" else SprayingSeen(kind=kind)
    return replace(braked, client_id=interaction.client_id, brand=interaction.brand, outcome="refused")
