"""The one way to a session: identify, prove, finish.

What is expected to go wrong is returned, and takes the same path and time for names that do not exist.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import Connection

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.devices import in_words
from idp.core.events import Bus, SignedIn, SignInFailed, SourceThrottled
from idp.core.handles import new_handle
from idp.core.origin import current_origin
from idp.core.throttle import Throttle
from idp.factors.password import Password, Recognised
from idp.factors.password_hash import Mismatch, Unhashable
from idp.sessions import known_browsers
from idp.sessions.interaction import Interaction, Interactions
from idp.sessions.session import Session, Sessions, Started
from idp.signin.brake import Brake
from idp.signin.locking import Locking
from idp.signin.lockout import UNKNOWN_BROWSER, Lane, Locked, Open
from idp.signin.policy import context_of
from idp.subjects.authenticators import Authenticator
from idp.subjects.names import name_key
from idp.subjects.subjects import Subject, Subjects


@dataclass(frozen=True, slots=True)
class Credential:
    """What the person presents."""

    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Browser:
    """Where it is presented: the browser's digest, the session it has now, its network address, and whose computer it is.

    `device` is the lasting handle it sent, empty where it sent none.
    """

    digest: str
    session: Session | None
    address: str
    shared: bool
    device: str = ""


@dataclass(frozen=True, slots=True)
class Proven:
    """Nothing more is needed: the session, with its new handle, and where to resume.

    `device` is the handle by which this browser is known from now on; empty on a shared computer.
    """

    started: Started
    resume: str
    device: str


@dataclass(frozen=True, slots=True)
class NotRecognised:
    """Name and password do not belong together; why is never told."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A field was left empty. Not a try."""

    field: str


@dataclass(frozen=True, slots=True)
class TooLong:
    """The password is longer than any that can have been chosen. Not a try."""


@dataclass(frozen=True, slots=True)
class TooManyTries:
    """The source failed too often, or somebody tries this password on many names."""

    retry_after: timedelta


@dataclass(frozen=True, slots=True)
class LockedOut:
    """No password counts for this name from here, right or wrong, until `until`; None waits for a release.

    `brand` is that of the page where the lock fell.
    """

    brand: str | None
    until: datetime | None


Step = Proven | NotRecognised | LockedOut | Incomplete | TooLong | TooManyTries


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whom a name may mean, and whether a password may be tried.

    Without `subject` and `enrolled` it is a name that does not exist, and the way on is the same.
    """

    subject: Subject | None
    enrolled: Authenticator | None
    lane: Lane
    lock: Open | Locked


@dataclass(frozen=True, slots=True)
class Flow:
    """Collaborators of a sign-in. `name_key` keys the digests of names that failed.

    `most_failures` is how often one source may fail in five minutes.
    """

    database: Database
    clock: Clock
    bus: Bus
    subjects: Subjects
    password: Password
    sessions: Sessions
    interactions: Interactions
    locking: Locking
    throttle: Throttle
    name_key: bytes
    most_failures: int

    def prove_password(self, interaction: Interaction, credential: Credential, browser: Browser) -> Step:
        """Judges a password given for `interaction`, and finishes the sign-in where it is right."""
        brake = Brake(self.throttle, self.name_key, self.most_failures)
        tried = brake.look_at(browser.address, credential.password)
        wait = brake.wait(tried)
        if wait is not None:
            return TooManyTries(wait)
        if not credential.username.strip() or not credential.password:
            return Incomplete("password" if credential.username.strip() else "username")
        candidate = self._identify(credential.username, browser.device)
        if isinstance(candidate.lock, Locked):
            return self._failed(interaction, credential, candidate, brake.failed(tried), "locked")
        # Outside any transaction: hashing takes long, and on SQLite everybody would wait for the write lock.
        match self.password.verify(candidate.enrolled, credential.password):
            case Unhashable():
                return TooLong()
            case Mismatch():
                return self._failed(interaction, credential, candidate, brake.failed(tried), "wrong_password")
            case Recognised() as recognised:
                proven = self._finish(interaction, recognised, candidate.lane, browser)
                return proven or self._failed(interaction, credential, candidate, brake.failed(tried), "disabled_or_changed")
            case never:
                assert_never(never)

    def _identify(self, username: str, device: str) -> Candidate:
        now = self.clock.now()
        with self.database.reading() as db:
            subject = self.subjects.find(db, username)
            # The same statements for names that do not exist, so that both ask the database equally often.
            subject_id = subject.id if subject else ""
            enrolled = self.password.enrolled(db, subject_id)
            known = known_browsers.find(db, subject_id, device, now)
            lane = self.locking.lockout.lane(subject_id or None, username, known.id if known else UNKNOWN_BROWSER)
            lock = self.locking.lockout.state(db, lane, now)
        return Candidate(subject, enrolled, lane, lock)

    def _finish(self, interaction: Interaction, recognised: Recognised, lane: Lane, browser: Browser) -> Proven | None:
        """None where the subject is disabled, or its password changed or its lane locked while this one was compared."""
        now = self.clock.now()
        with self.database.transaction() as db:
            subject = self.subjects.get(db, recognised.enrolled.subject_id)
            if subject is None or subject.disabled:
                return None
            proof = self.password.settle(db, recognised, now)
            if proof is None or not self.locking.lockout.succeeded(db, lane, now):
                return None
            context = context_of((proof,))
            started = self.sessions.start(
                db,
                subject_id=subject.id,
                context=context,
                brand=interaction.brand,
                shared=browser.shared,
                browser=browser.digest,
                replaces=browser.session,
                now=now,
            )
            self.bus.record(db, _signed_in(interaction, started))
            device = "" if started.session.shared else _remembered(db, subject.id, browser.device, now)
        # Whoever just signed in has also chosen their account, whether or not the request asks for a choice.
        self.interactions.keep(interaction.answered(proof=started.session.id, account=started.session.id))
        return Proven(started, self.interactions.resume_url(interaction), device)

    def _failed(
        self, interaction: Interaction, credential: Credential, candidate: Candidate, slowed: bool, reason: str
    ) -> NotRecognised | LockedOut:
        failed = SignInFailed(
            subject_id=candidate.subject.id if candidate.subject else None,
            client_id=interaction.client_id,
            brand=interaction.brand,
            outcome="refused",
            reason=reason,
            name_digest=self._name_digest(credential.username),
        )
        with self.database.transaction() as db:
            lock = self.locking.failed(db, candidate.lane, candidate.lock, failed, self.clock.now())
            if slowed:
                throttled = SourceThrottled(client_id=interaction.client_id, brand=interaction.brand, outcome="refused")
                self.bus.record(db, throttled)
        return LockedOut(lock.brand, lock.until) if isinstance(lock, Locked) else NotRecognised()

    def _name_digest(self, username: str) -> str:
        # Keyed: names are guessable, so a bare digest in the trail would be as good as the name.
        key = name_key(username).encode("utf-8", "surrogatepass")
        return hmac.new(self.name_key, key, hashlib.sha256).hexdigest()


def _remembered(db: Connection, subject_id: str, sent: str, now: datetime) -> str:
    # A handle that is none of ours was planted, and its planter has it too.
    handle = sent if known_browsers.is_issued(db, sent, now) else new_handle()
    known_browsers.remember(db, subject_id, handle, in_words(current_origin().device), now)
    return handle


def _signed_in(interaction: Interaction, started: Started) -> SignedIn:
    session = started.session
    return SignedIn(
        subject_id=session.subject_id,
        client_id=interaction.client_id,
        brand=interaction.brand,
        session_id=session.id,
        acr=session.context.acr,
        amr=session.context.amr,
        new_device=started.new_device,
    )
