"""From proofs to a session: what a sign-in has come to, and what each further proof leads to.

Every proof goes through here, whichever factor it is of, and the gate decides from what is stored what comes next (S3.2).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.devices import in_words
from idp.core.events import Bus, SignedIn
from idp.core.handles import new_handle
from idp.core.origin import current_origin
from idp.core.wishes import wish
from idp.factors.password import Password
from idp.sessions import known_browsers
from idp.sessions.context import is_recent
from idp.sessions.interaction import Interaction, Interactions
from idp.sessions.session import Session, Sessions, Started
from idp.signin.attempt import Attempt, Attempts
from idp.signin.gate import LOST, OFFERED, PROOF, PROVEN_AT, SESSIONLESS, VOUCHES, Gate, Presented, asked, presented
from idp.signin.locking import Locking
from idp.signin.lockout import UNKNOWN_BROWSER, Lane
from idp.signin.needs import Need, Nothing
from idp.signin.nudges import is_offered
from idp.signin.outcomes import Browser, Over, Pending, Proven
from idp.signin.policy import context_of
from idp.subjects import closing
from idp.subjects.proof import Proof, newest
from idp.subjects.subjects import Subject, Subjects

# In the request of an interaction that vouches: for whom.
SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Position:
    """How far a sign-in has come: who it is, what was proven for this request, what comes next.

    `closing`: all is proven, but the account waits to be closed then, and its owner is asked whether they keep it.
    """

    subject: Subject
    attempt: Attempt
    need: Need
    closing: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """The session is there, as soon as the transaction is. `offered`: a second step is offered before it goes on."""

    started: Started
    device: str
    offered: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Collaborators of every step."""

    database: Database
    clock: Clock
    bus: Bus
    subjects: Subjects
    password: Password
    sessions: Sessions
    interactions: Interactions
    attempts: Attempts
    locking: Locking
    gate: Gate

    def position(self, interaction: Interaction, browser: Browser) -> Position | None:
        """Where `interaction` stands in this browser; None where nobody has proven anything yet."""
        with self.database.reading() as db:
            return self.locate(db, interaction, browser, self.clock.now())

    def locate(self, db: Connection, interaction: Interaction, browser: Browser, now: datetime) -> Position | None:
        """`position`, inside a transaction of the caller's."""
        if interaction.purpose == LOST:
            return None
        session = None if interaction.purpose == VOUCHES else browser.session
        attempt = self.attempts.find(interaction) or (Attempt(subject_id=session.subject_id) if session else None)
        subject = self.subjects.get(db, attempt.subject_id) if attempt else None
        if attempt is None or subject is None or subject.disabled or not _is_about(interaction, attempt):
            return None
        wish(subject=subject.locale or "")
        if interaction.purpose == VOUCHES:
            return Position(subject, attempt, self.gate.vouch(db, subject, interaction.brand, attempt.proofs))
        brings = self._brings(db, interaction, attempt, session, browser.device, now)
        need = self.gate.need(db, subject, interaction.brand, asked(interaction), brings, now)
        waits = closing.closes_at(db, subject.id) if isinstance(need, Nothing) else None
        return Position(subject, attempt, need, waits)

    def hold(self, db: Connection, browser: Browser, now: datetime, subject_id: str) -> None:
        """Holds subject, shared with others who change nothing of it, and session, as others end them: before a factor."""
        closing.hold(db, subject_id)
        if browser.session is not None:
            self.sessions.hold(db, browser.session.id, now)

    def advance(
        self, db: Connection, interaction: Interaction, attempt: Attempt, browser: Browser, now: datetime
    ) -> Finished | Attempt | Over:
        """What `attempt`, with the proof it just got, leads to. Belongs into the transaction in which the proof was spent."""
        waits = closing.hold(db, attempt.subject_id)
        subject = self.subjects.get(db, attempt.subject_id)
        if subject is None or subject.disabled or not _is_about(interaction, attempt):
            return Over()
        if interaction.purpose in SESSIONLESS:
            return attempt
        # Held until the end of the transaction, like the password below: what ends them meanwhile must find a new session too.
        session = self.sessions.hold(db, browser.session.id, now) if browser.session else None
        brings = self._brings(db, interaction, attempt, session, browser.device, now)
        need = self.gate.need(db, subject, interaction.brand, asked(interaction), brings, now)
        if not self._still_stands(db, attempt):
            return Over()
        if not isinstance(need, Nothing) or waits is not None:
            return attempt
        if attempt.verifier and not self.locking.lockout.succeeded(db, self.lane(db, subject.id, "", browser.device, now), now):
            return Over()
        finished = self._start(db, interaction, attempt, browser, session, brings, now)
        if not need.nudge:
            return finished
        return replace(finished, offered=is_offered(db, self.gate, interaction, subject, finished.started.session, brings, now))

    def settle(self, interaction: Interaction, outcome: Finished | Attempt | Over) -> Proven | Pending | Over:
        """Remembers `outcome`, once its transaction is done."""
        match outcome:
            case Finished(started, device, offered):
                self.attempts.end(interaction)
                session_id = started.session.id
                # Whoever just signed in has also chosen their account, whether or not the request asks for a choice.
                answers = {PROOF: session_id, PROVEN_AT: self.clock.now().isoformat(), "account": session_id}
                if offered:
                    answers[OFFERED] = session_id
                self.interactions.keep(interaction.answered(**answers))
                onward = f"/signin/{interaction.id}/offer" if offered else self.interactions.resume_url(interaction)
                return Proven(started, onward, device)
            case Attempt():
                self.attempts.keep(interaction, outcome)
                return Pending()
            case Over():
                self.attempts.end(interaction)
                return outcome

    def lane(self, db: Connection, subject_id: str, name: str, device: str, now: datetime) -> Lane:
        """The lane in which a password of this subject, or of a `name` that is nobody's, is judged in this browser."""
        # The same statements for names that do not exist, so that both ask the database equally often.
        known = known_browsers.find(db, subject_id, device, now)
        return self.locking.lockout.lane(subject_id or None, name, known.id if known else UNKNOWN_BROWSER)

    def vouch_for(self, interaction: Interaction) -> None:
        """Begins the proofs of an interaction that vouches for somebody who came by a mailed link."""
        self.attempts.keep(interaction, Attempt(subject_id=str(interaction.request[SUBJECT])))

    def _brings(
        self,
        db: Connection,
        interaction: Interaction,
        attempt: Attempt,
        session: Session | None,
        device: str,
        now: datetime,
    ) -> Presented:
        given = _recent(attempt.proofs, interaction.requirement.max_age, now)
        known = known_browsers.find(db, attempt.subject_id, device, now)
        trusted = known is not None and known.is_trusted(now)
        if session is None or session.subject_id != attempt.subject_id:
            return Presented((), given, trusted)
        running = presented(session, interaction)
        # A new password asks anew whether the browser is trusted: trust that ended must not live on in a session.
        return Presented(running.held, newest((*running.given, *given)), trusted if attempt.verifier else running.trusted)

    def _still_stands(self, db: Connection, attempt: Attempt) -> bool:
        """Whether the password that was matched is still the subject's."""
        if not attempt.verifier:
            return True
        enrolled = self.password.hold(db, attempt.subject_id)
        return enrolled is not None and self.password.mark(enrolled.verifier) == attempt.verifier

    def _start(
        self,
        db: Connection,
        interaction: Interaction,
        attempt: Attempt,
        browser: Browser,
        session: Session | None,
        brings: Presented,
        now: datetime,
    ) -> Finished:
        proofs = newest((*brings.held, *brings.given))
        started = self.sessions.start(
            db,
            subject_id=attempt.subject_id,
            context=context_of(proofs),
            proofs=proofs,
            trusted=brings.trusted,
            brand=interaction.brand,
            shared=attempt.shared,
            browser=browser.digest,
            replaces=session,
            now=now,
        )
        self.bus.record(db, _signed_in(interaction, started))
        device = ""
        if not started.session.shared:
            device = _remembered(db, attempt.subject_id, browser.device, now)
            days = self.gate.policy(interaction.brand).trusted_browser_days
            if attempt.trust and days and _second_step(attempt.proofs):
                known_browsers.trust(db, attempt.subject_id, device, now + timedelta(days=days), now)
        return Finished(started, device, offered=False)


def _is_about(interaction: Interaction, attempt: Attempt) -> bool:
    """Whether the attempt is of whom the interaction is about, where it is about somebody."""
    return interaction.purpose != VOUCHES or interaction.request.get(SUBJECT) == attempt.subject_id


def _recent(proofs: tuple[Proof, ...], max_age: timedelta | None, now: datetime) -> tuple[Proof, ...]:
    # Whoever takes long between two steps gives the first one once more (Core 3.1.2.1, max_age).
    return tuple(proof for proof in proofs if max_age is None or is_recent(proof.at, max_age, now))


def _second_step(proofs: tuple[Proof, ...]) -> bool:
    return any(proof.kind != Password.kind for proof in proofs)


def _remembered(db: Connection, subject_id: str, sent: str, now: datetime) -> str:
    # New each time: whoever planted the handle that was sent, or copied it, is left with one that nobody knows.
    handle = new_handle()
    known_browsers.rename(db, sent, handle)
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
