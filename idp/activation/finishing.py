"""The end of an activation: a new subject, signed in through the gate; or the agreement goes to one who signs in."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Literal, assert_never

from sqlalchemy import Connection

from idp.activation.case import Case, Cases, Stage
from idp.core.errors import Refused
from idp.core.events import ActivationFinished
from idp.core.language import current_language
from idp.core.throttle import Slowed, Throttle
from idp.factors.password import Password
from idp.sessions.context import Requirement
from idp.sessions.interaction import Interaction
from idp.sessions.session import Session
from idp.signin.attempt import Attempt
from idp.signin.gate import ACTIVATION, presented
from idp.signin.needs import Nothing, accepted
from idp.signin.new_password import NewPasswords
from idp.signin.outcomes import Browser, Over, Pending, Proven
from idp.signin.policy import strongest
from idp.signin.progress import Progress
from idp.signin.words import Problem
from idp.subjects.details import name_of
from idp.subjects.names import is_username
from idp.subjects.proof import Proof
from idp.subjects.subjects import Malformed, NewSubject, Subject, Taken

# How many names may be tried for one agreement: whether a name is taken is told, but not of name after name.
NAMES_A_DAY, DAY = 10, timedelta(days=1)
DONE = "done"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the owner of a new account chose."""

    username: str
    password: str = field(repr=False)
    given_name: str
    family_name: str


@dataclass(frozen=True, slots=True)
class NotPossible:
    """A field stands in the way."""

    field: Literal["username", "given_name", "family_name"]


@dataclass(frozen=True, slots=True)
class NameTaken:
    """Somebody else has that username."""


@dataclass(frozen=True, slots=True)
class HasAccount:
    """The confirmed address belongs to a subject by now: never a second one."""


@dataclass(frozen=True, slots=True)
class AlreadyActive:
    """Somebody else has the agreement, or this subject another one at the brand."""


@dataclass(frozen=True, slots=True)
class NotProven:
    """Who is signed in has yet to prove it for this, as `asked`; nobody is where it is None."""

    asked: Requirement | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """The agreement is theirs."""


Created = Proven | Pending | Over | Problem | NotPossible | NameTaken | HasAccount | AlreadyActive


@dataclass(frozen=True, slots=True)
class Finishing:
    """Collaborators."""

    progress: Progress
    passwords: NewPasswords
    cases: Cases
    throttle: Throttle

    def suggestion(self, case: Case) -> str:
        """A username that is free, made of the confirmed address; empty where none comes to mind."""
        local = case.email.partition("@")[0]
        with self.progress.database.reading() as db:
            return local if is_username(local) and self.progress.subjects.find(db, local) is None else ""

    def create(self, interaction: Interaction, case: Case, chosen: Chosen, browser: Browser) -> Created:
        """A new subject for the agreement, and the sign-in that `interaction` is about: the password was just given.

        Raises `Refused` (429) after too many names.
        """
        wrong = _wrong(chosen) or self.passwords.judge(chosen.password, _own_words(case, chosen), case.brand)
        if wrong is not None:
            return wrong
        if isinstance(self.throttle.tries("activation names", case.agreement, NAMES_A_DAY, DAY), Slowed):
            raise Refused("too_many_requests", because="more names were tried for an agreement than may be", status=429)
        # Outside any transaction: hashing takes long.
        verifier = self.passwords.verifier(chosen.password)
        progress, now = self.progress, self.progress.clock.now()
        with progress.database.transaction() as db:
            made = progress.subjects.create(db, progress.bus, _new(case, chosen), verifier, now)
            if isinstance(made, Malformed):
                return NotPossible("username")
            if isinstance(made, Taken):
                return _clash(made)
            self._finished(db, interaction, case, made.id, "created")
            proof = Proof(Password.kind, Password.amr, Password.strength, now)
            attempt = Attempt(
                subject_id=made.id,
                proofs=(proof,),
                verifier=progress.password.mark(verifier),
                shared=browser.shared,
            )
            outcome = progress.advance(db, interaction, attempt, browser, now)
        self.cases.end(interaction)
        return progress.settle(interaction.answered(**{ACTIVATION: DONE}), outcome)

    def link(
        self, interaction: Interaction, case: Case, proving: Interaction, browser: Browser
    ) -> Linked | AlreadyActive | NotProven:
        """Gives the agreement to whoever is signed in, who has proven for `proving` as much as they can."""
        progress, now, session = self.progress, self.progress.clock.now(), browser.session
        if session is None:
            return NotProven()
        with progress.database.transaction() as db:
            held = progress.sessions.hold(db, session.id, now)
            subject = progress.subjects.get(db, session.subject_id) if held is not None else None
            if held is None or subject is None or subject.disabled:
                return NotProven()
            # What `proving` asks may be less: it was parked before anybody said who they are.
            asked = self._asked_of(db, subject, case.brand)
            if not isinstance(progress.gate.need(db, subject, case.brand, asked, presented(held, proving), now), Nothing):
                return NotProven(asked)
            if isinstance(progress.subjects.claim_number(db, progress.bus, subject.id, case.brand, case.number), Taken):
                return AlreadyActive()
            self._finished(db, interaction, case, subject.id, "added")
        self.cases.end(interaction)
        progress.interactions.keep(interaction.answered(**{ACTIVATION: DONE}))
        return Linked()

    def stage(self, case: Case, browser: Browser) -> Stage:
        """What comes next: once the contact is confirmed, that depends on who is signed in and who has the address."""
        if case.stage is not Stage.CONFIRMED:
            return case.stage
        if self.known(case, browser) is not None:
            return Stage.ADD
        return Stage.CHOOSE if case.email else Stage.EMAIL

    def is_somebody_elses_number(self, interaction: Interaction, case: Case) -> bool:
        """Whether somebody with the number of another may go on with an address of their own: people share phones."""
        if case.email or not case.phone:
            return False
        self.cases.keep(interaction, replace(case, stage=Stage.EMAIL))
        return True

    def signed_in(self, session: Session) -> Subject | None:
        """Who is signed in."""
        with self.progress.database.reading() as db:
            return self.progress.subjects.get(db, session.subject_id)

    def asked_of(self, subject: Subject, brand_id: str) -> Requirement:
        """What the subject proves before they get an agreement of this brand: that they are here, as strongly as they can."""
        with self.progress.database.reading() as db:
            return self._asked_of(db, subject, brand_id)

    def known(self, case: Case, browser: Browser) -> Subject | None:
        """Whose the agreement will be: who is signed in, or who has the confirmed address or number."""
        if browser.session is not None:
            return self.signed_in(browser.session)
        with self.progress.database.reading() as db:
            subjects = self.progress.subjects
            return subjects.find(db, case.email) if case.email else subjects.with_phone(db, case.phone)

    def _asked_of(self, db: Connection, subject: Subject, brand_id: str) -> Requirement:
        gate = self.progress.gate
        level = strongest(gate.enrolled(db, subject) & accepted(gate.policy(brand_id)))
        return Requirement((level,), renewed=True)

    def _finished(self, db: Connection, interaction: Interaction, case: Case, subject_id: str, kind: str) -> None:
        done = ActivationFinished(subject_id=subject_id, client_id=interaction.client_id, brand=case.brand, kind=kind)
        self.progress.bus.record(db, done)


def _wrong(chosen: Chosen) -> NotPossible | None:
    if not is_username(chosen.username):
        return NotPossible("username")
    for name in ("given_name", "family_name"):
        if not name_of(getattr(chosen, name)):
            return NotPossible(name)
    return None


def _own_words(case: Case, chosen: Chosen) -> tuple[str, ...]:
    return (chosen.username, case.email, chosen.given_name, chosen.family_name, case.phone, case.number)


def _new(case: Case, chosen: Chosen) -> NewSubject:
    claims = {"phone_number": case.phone, "phone_number_verified": True} if case.phone else {}
    return NewSubject(
        username=chosen.username,
        email=case.email,
        email_verified=True,
        given_name=chosen.given_name,
        family_name=chosen.family_name,
        claims=claims,
        locale=current_language(),
        numbers={case.brand: case.number},
    )


def _clash(taken: Taken) -> NameTaken | HasAccount | AlreadyActive:
    match taken.field:
        case "username":
            return NameTaken()
        case "email":
            return HasAccount()
        case "customer_number":
            return AlreadyActive()
        case never:
            assert_never(never)
