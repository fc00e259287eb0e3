"""What an opened case leads to: a new password, or an opened lock, once the second factor that is left has been proven."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus
from idp.core.recovery_events import Recovered
from idp.core.throttle import Quota
from idp.recovery.asked import Asked, AskedCases
from idp.recovery.cases import Case, Cases, WrongKey
from idp.sessions.interaction import Interaction
from idp.signin.locking import BY_OWNER, Locking
from idp.signin.new_password import Choosing, NewPasswords, words_about
from idp.signin.outcomes import Browser
from idp.signin.unlocking import is_strict
from idp.signin.vouching import Vouching
from idp.signin.words import Problem
from idp.subjects.subjects import Subject, Subjects

KIND, RESUME = "recovery", "/recovery/resume"
LINK, DOES = "link", "does"
Does = Literal["password", "unlock"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that is open, and whose it is; `locks` are the brands of the locks that it can open."""

    case: Case
    subject: Subject
    locks: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """There is no such case, or no longer."""


@dataclass(frozen=True, slots=True)
class NotVouched:
    """More is to be proven first, or by somebody else."""


@dataclass(frozen=True, slots=True)
class Done:
    """It is done, under `brand`."""

    brand: str | None


@dataclass(frozen=True, slots=True)
class Recovering:
    """Collaborators. A link is named by the digest of its handle; `hashing` is how often one source may set a password."""

    database: Database
    clock: Clock
    bus: Bus
    subjects: Subjects
    asked_cases: AskedCases
    cases: Cases
    locking: Locking
    vouching: Vouching
    new_passwords: NewPasswords
    hashing: Quota

    def ask(self, case: str, asked: Asked, brand: str | None) -> None:
        """Somebody says who they are; `case` is the handle under which this browser goes on."""
        with self.database.transaction() as db:
            self.asked_cases.ask(db, case, asked, brand, self.clock.now())

    def open_by_code(self, case: str, typed: str) -> str | WrongKey:
        """The link's digest for the code of its mail, which counts in the browser of the `case`."""
        with self.database.transaction() as db:
            return self.cases.open_by_code(db, case, typed, self.clock.now())

    def opened(self, handle_digest: str) -> Opened | Over:
        """Whose the link is. Uses nothing up."""
        with self.database.reading() as db:
            return self._opened(db, handle_digest, self.clock.now())

    def begin(self, opened: Opened, does: Does, browser: str) -> Interaction:
        """Parks the way to what is wanted, through the gate."""
        case = opened.case
        return self.vouching.begin(KIND, case.subject_id, case.brand, browser, **{LINK: case.handle_digest, DOES: does})

    def vouched(self, interaction: Interaction, browser: Browser) -> Opened | NotVouched | Over:
        """The case for which everything was proven in this interaction."""
        with self.database.reading() as db:
            return self._vouched(db, interaction, browser, self.clock.now())

    def choosing(self, opened: Opened) -> Choosing:
        """What the page of the new password says beforehand."""
        return self.new_passwords.choosing(opened.case.brand)

    def reset(self, interaction: Interaction, browser: Browser, password: str) -> Done | NotVouched | Over | Problem:
        """Puts a password in place, ends every lock and all that runs, and uses the link up. No sign-in comes of it.

        Raises `Refused` (429) where one source sets too many, `Unavailable` under load.
        """
        proven = self.vouched(interaction, browser)
        if not isinstance(proven, Opened):
            return proven
        problem = self.new_passwords.judge(password, words_about(proven.subject), proven.case.brand)
        if problem is not None:
            return problem
        # Hashing is dear: only for who has proven everything, and not without end.
        self.hashing.use()
        verifier, now = self.new_passwords.verifier(password), self.clock.now()
        with self.database.transaction() as db:
            # Held before it is judged: an address that changes meanwhile counts. Before the case, as `Cases.equip` does.
            case = self.cases.find(db, str(interaction.request.get(LINK, "")), now)
            if case is not None:
                self.new_passwords.sessions.hold_all(db, case.subject_id, now)
            opened = self._vouched(db, interaction, browser, now)
            if not isinstance(opened, Opened):
                return opened
            if not self.cases.use(db, opened.case.handle_digest, now):
                return Over()
            self.new_passwords.replace(db, opened.subject.id, verifier, now, reason="reset", brand=opened.case.brand)
            self.locking.release(db, opened.subject.id, "recovery", now)
            self._given_back(db, opened, "password", now)
        self.vouching.end(interaction)
        return Done(opened.case.brand)

    def unlock(self, interaction: Interaction, browser: Browser) -> Done | NotVouched | Over:
        """Opens every lock, and uses the link up; the password stays."""
        now, handle_digest = self.clock.now(), str(interaction.request.get(LINK, ""))
        with self.database.transaction() as db:
            case = self.cases.find(db, handle_digest, now)
            if case is not None:  # held before it is judged: another address counts, and a stricter lock
                self.subjects.hold(db, case.subject_id)
                self.locking.hold(db, case.subject_id)
            opened = self._opened(db, handle_digest, now)
            if isinstance(opened, Over):
                return opened
            # Where nothing is locked any more, nobody knows how strict the lock was that this was for.
            strict = not opened.locks or is_strict(self.vouching.progress.gate, opened.locks)
            if strict and not self.vouching.is_done(db, interaction, browser, opened.subject.id):
                return NotVouched()
            if not self.cases.use(db, opened.case.handle_digest, now):
                return Over()
            self.locking.release(db, opened.subject.id, BY_OWNER, now)
        self.vouching.end(interaction)
        return Done(opened.case.brand)

    def _given_back(self, db: Connection, opened: Opened, what: str, now: datetime) -> None:
        self.subjects.recovered(db, opened.subject.id, now)
        self.bus.record(db, Recovered(subject_id=opened.subject.id, brand=opened.case.brand, reason=what))

    def _vouched(self, db: Connection, interaction: Interaction, browser: Browser, now: datetime) -> Opened | NotVouched | Over:
        opened = self._opened(db, str(interaction.request.get(LINK, "")), now)
        if isinstance(opened, Opened) and not self.vouching.is_done(db, interaction, browser, opened.subject.id):
            return NotVouched()
        return opened

    def _opened(self, db: Connection, handle_digest: str, now: datetime) -> Opened | Over:
        case = self.cases.find(db, handle_digest, now)
        subject = self.subjects.get(db, case.subject_id) if case else None
        if case is None or subject is None or subject.disabled or not case.is_of(subject):
            return Over()
        lockout = self.locking.lockout
        return Opened(case, subject, tuple(lockout.locks(db, lockout.who(subject.id), now).values()))
