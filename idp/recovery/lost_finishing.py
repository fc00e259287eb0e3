"""The end of a factor reset: what was lost is removed, once, by who proves once more who they are. No sign-in comes of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.core.events import AuthenticatorRemoved, RecoveryCodesVoided
from idp.core.recovery_events import FactorResetFinished, Recovered
from idp.core.throttle import Quota
from idp.factors.password import Password
from idp.factors.recovery_codes import RecoveryCodes
from idp.recovery import lost_notices as say
from idp.recovery import lost_store as store
from idp.recovery.lost import LostResets, NotProven
from idp.recovery.lost_notices import Links
from idp.recovery.lost_proofs import FINISH, NAME, REMOVED, Over, Proven
from idp.recovery.lost_store import Reset
from idp.sessions.context import Requirement
from idp.sessions.interaction import Interaction, Interactions
from idp.signin.gate import LOST
from idp.signin.locking import Locking
from idp.signin.new_password import Choosing, NewPasswords, words_about
from idp.signin.words import Problem
from idp.subjects.authenticators import of, remove
from idp.subjects.subjects import Subject

KIND, RESUME = "lost", "/recovery/lost/prove"


@dataclass(frozen=True, slots=True)
class Finished:
    """The factors are gone, under `brand`; `renewed`: there is a new password too."""

    brand: str | None
    renewed: bool


@dataclass(frozen=True, slots=True)
class LostFinishing:
    """Collaborators. A mailed link is named by the digest of its handle; `hashing` is how often one source sets a password."""

    resets: LostResets
    interactions: Interactions
    recovery_codes: RecoveryCodes
    new_passwords: NewPasswords
    hashing: Quota
    locking: Locking

    def start(self, name: str, brand: str | None, browser: str) -> Interaction:
        """Parks the way of somebody who says they are `name` and lost a second factor."""
        return self._park(brand, browser, {NAME: name})

    def whose(self, finish_digest: str) -> tuple[Subject, Reset] | Over:
        """Whose reset a mailed link finishes. Uses nothing up."""
        now = self.resets.clock.now()
        with self.resets.database.reading() as db:
            reset = store.by_finish(db, finish_digest)
            owner = self.resets.proofs.owner(db, reset) if reset is not None and reset.is_ripe(now) else ""
        return (owner, reset) if reset is not None and isinstance(owner, Subject) else Over()

    def come_back(self, finish_digest: str, browser: str) -> Interaction | Over:
        """Parks the way to the end, on which one more proof is asked."""
        found = self.whose(finish_digest)
        if isinstance(found, Over):
            return found
        owner, reset = found
        return self._park(reset.brand, browser, {NAME: owner.username, FINISH: finish_digest})

    def stop(self, finish_digest: str) -> bool:
        """Stops what the link would have finished."""
        with self.resets.database.transaction() as db:
            reset = store.by_finish(db, finish_digest)
            return reset is not None and self.resets.cancel(db, reset, "link")

    def takes_password(self, proven: Proven) -> bool:
        """Whether a new password is chosen in the same pass: the one there is was never proven."""
        return proven.reset is not None and Password.kind not in proven.reset.proofs | set(proven.given)

    def choosing(self, brand: str | None) -> Choosing:
        """What the page of the new password says beforehand."""
        return self.new_passwords.choosing(brand)

    def judge(self, proven: Proven, password: str, brand: str | None) -> Problem | None:
        """What stands against this new password."""
        return self.new_passwords.judge(password, words_about(proven.subject), brand)

    def finish(self, interaction: Interaction, password: str) -> Finished | NotProven | Over:
        """Removes what was lost, puts a judged `password` in place where one is taken, and ends all that runs.

        Raises `Refused` (429) where one source sets too many, `Unavailable` under load.
        """
        verifier = self._verifier(password) if password else None
        now = self.resets.clock.now()
        with self.resets.database.transaction() as db:
            before = self.resets.proofs.standing(db, interaction, now)
            if isinstance(before, Proven):
                # Sessions first, as wherever a reset is stopped, and before it is judged: what changes meanwhile counts.
                self.new_passwords.sessions.hold_all(db, before.subject.id, now)
            proven = self.resets.proofs.standing(db, interaction, now)
            if isinstance(proven, Over):
                return proven
            if not isinstance(proven, Proven) or proven.reset is None:
                return NotProven()
            renews = self.takes_password(proven)
            if renews and verifier is None:
                return NotProven()
            if not store.end(db, proven.reset, "finished", now):
                return Over()
            self._remove(db, proven.subject, proven.reset, now)
            if renews and verifier is not None:
                brand = proven.reset.brand
                self.new_passwords.replace(db, proven.subject.id, verifier, now, reason="reset", brand=brand)
                self.locking.release(db, proven.subject.id, "recovery", now)
            self._tell(db, proven, proven.reset, now)
        self.interactions.end(interaction.id, interaction.browser)
        self.resets.proofs.attempts.end(interaction)
        return Finished(proven.reset.brand, renews)

    def _verifier(self, password: str) -> bytes:
        # Of many that come at once with one link each would be hashed, though one counts.
        self.hashing.use()
        return self.new_passwords.verifier(password)

    def _remove(self, db: Connection, subject: Subject, reset: Reset, now: datetime) -> None:
        bus = self.resets.bus
        for one in of(db, subject.id):
            if one.kind in REMOVED and remove(db, one.id, now):
                gone = AuthenticatorRemoved(subject_id=subject.id, brand=reset.brand, kind=one.kind, authenticator_id=one.id)
                bus.record(db, gone)
        if self.recovery_codes.void(db, subject.id):
            bus.record(db, RecoveryCodesVoided(subject_id=subject.id, brand=reset.brand))
        self.resets.proofs.subjects.recovered(db, subject.id, now)
        bus.record(db, Recovered(subject_id=subject.id, brand=reset.brand, reason="second_factor"))
        bus.record(db, FactorResetFinished(subject_id=subject.id, brand=reset.brand))

    def _tell(self, db: Connection, proven: Proven, reset: Reset, now: datetime) -> None:
        # At the contacts as they were: codes by text went to the phone that is told of their end.
        self.resets.notices.tell(db, proven.subject, reset.brand, proven.targets, say.FINISHED, now, Links(), reset.language)

    def _park(self, brand: str | None, browser: str, request: dict[str, str]) -> Interaction:
        return self.interactions.park(
            kind=KIND,
            browser=browser,
            client_id=None,
            brand=brand,
            application=None,
            requirement=Requirement(),
            request=request,
            purpose=LOST,
        )
