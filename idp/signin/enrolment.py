"""A factor added on the way: where more is asked than a subject can prove, they enrol it and go on.

Every kind of factor that can be enrolled in place ends here, once its own ceremony has proven that it works.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from idp.core.events import AuthenticatorEnrolled, RecoveryCodesRenewed
from idp.factors.recovery_codes import RecoveryCodes
from idp.sessions.interaction import Interaction
from idp.signin.attempt import Attempt
from idp.signin.needs import Enrol
from idp.signin.outcomes import Browser, Over, Pending, Proven
from idp.signin.progress import Finished, Position, Progress
from idp.subjects.proof import Proof


@dataclass(frozen=True, slots=True)
class New:
    """What was enrolled: which authenticator, and the proof that its ceremony gave."""

    authenticator_id: str
    proof: Proof


@dataclass(frozen=True, slots=True)
class Entitled:
    """Whoever is at the page may enrol now. `recovered`: only a contact vouches for them."""

    position: Position
    recovered: bool


@dataclass(frozen=True, slots=True)
class Done:
    """The factor is there, as soon as the transaction is. `codes` are ten recovery codes, where the subject had none."""

    outcome: Finished | Attempt
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """The factor is there. `step` is what the sign-in came to; `codes`, if any, are shown this once."""

    step: Proven | Pending
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Collaborators of every enrolment in place."""

    progress: Progress
    recovery_codes: RecoveryCodes

    def entitled(self, db: Connection, interaction: Interaction, kind: str, browser: Browser, now: datetime) -> Entitled | None:
        """Who may enrol a factor of `kind` here and now; None where something else comes next."""
        position = self.progress.locate(db, interaction, browser, now)
        if position is None or not isinstance(position.need, Enrol) or kind not in position.need.choices:
            return None
        return Entitled(position, position.need.recovered)

    def hold(self, db: Connection, interaction: Interaction, browser: Browser, now: datetime) -> None:
        """Holds who enrols, before `entitled` judges it: whoever takes factors away holds the subject first of all too."""
        position = self.progress.locate(db, interaction, browser, now)
        if position is not None:
            self.progress.subjects.hold(db, position.subject.id)

    def finish(
        self, db: Connection, interaction: Interaction, entitled: Entitled, new: New, browser: Browser, now: datetime
    ) -> Done | Over:
        """Takes what was just enrolled as proven, in the transaction that stored it.

        The caller rolls back at `Over`: what vouched for the subject no longer counts, so nothing may have been enrolled.
        """
        position, progress = entitled.position, self.progress
        subject_id, brand = position.subject.id, interaction.brand
        enrolled = AuthenticatorEnrolled(
            subject_id=subject_id,
            client_id=interaction.client_id,
            brand=brand,
            kind=new.proof.kind,
            authenticator_id=new.authenticator_id,
            recovered=entitled.recovered,
        )
        progress.bus.record(db, enrolled)
        if entitled.recovered:
            progress.subjects.recovered(db, subject_id, now)
        codes = self._codes(db, subject_id, interaction, now)
        attempt = replace(position.attempt, proofs=position.attempt.proven(new.proof))
        outcome = progress.advance(db, interaction, attempt, browser, now)
        return outcome if isinstance(outcome, Over) else Done(outcome, codes)

    def settle(self, interaction: Interaction, done: Done | Over) -> Added | Over:
        """Remembers what came of it, once its transaction is done."""
        step = self.progress.settle(interaction, done.outcome if isinstance(done, Done) else done)
        return Added(step, done.codes) if isinstance(done, Done) and not isinstance(step, Over) else Over()

    def _codes(self, db: Connection, subject_id: str, interaction: Interaction, now: datetime) -> tuple[str, ...]:
        accepted = RecoveryCodes.kind in self.progress.gate.policy(interaction.brand).second_steps
        if not accepted or self.recovery_codes.left(db, subject_id):
            return ()
        renewed = RecoveryCodesRenewed(subject_id=subject_id, client_id=interaction.client_id, brand=interaction.brand)
        self.progress.bus.record(db, renewed)
        return self.recovery_codes.renew(db, subject_id, now)
