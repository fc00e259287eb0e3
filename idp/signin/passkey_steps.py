"""A passkey at a sign-in: alone, by whoever answers, or as the step that is asked of a subject who is known."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from idp.core.events import SecondStepFailed, SecondStepProven, SignInFailed
from idp.factors import passkey
from idp.factors.passkey import Passkeys, UnknownCredential
from idp.factors.passkey_ceremony import Refused
from idp.sessions.interaction import Interaction
from idp.signin.attempt import Attempt
from idp.signin.gate import SESSIONLESS
from idp.signin.needs import Step
from idp.signin.outcomes import Browser, Incomplete, NotAsked, Over, Pending, Proven
from idp.signin.progress import Finished, Position, Progress

PasskeyStep = Proven | Pending | Over | NotAsked | Incomplete | Refused | UnknownCredential
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PasskeySteps:
    """Both ways. What the browser sends is any text; a ceremony belongs to its interaction."""

    progress: Progress
    passkeys: Passkeys

    def is_accepted(self, interaction: Interaction) -> bool:
        """Whether the brand accepts passkeys, and somebody is to sign in."""
        return (
            interaction.purpose not in SESSIONLESS
            and Passkeys.kind in self.progress.gate.policy(interaction.brand).second_steps
        )

    def asked(self, interaction: Interaction, browser: Browser) -> tuple[Position, Step] | None:
        """The position at which a passkey is one of the next steps; None where it is not."""
        position = self.progress.position(interaction, browser)
        if position is None or not isinstance(position.need, Step) or Passkeys.kind not in position.need.choices:
            return None
        return position, position.need

    def sign_in_options(self, interaction: Interaction) -> dict[str, Any] | None:
        """Options for whoever answers; the same for everybody."""
        if not self.is_accepted(interaction):
            return None
        with self.progress.database.reading() as db:
            return self.passkeys.authenticate_options(db, interaction.id)

    def step_options(self, interaction: Interaction, browser: Browser) -> dict[str, Any] | None:
        """Options for the subject who is known; None where no passkey is asked of them."""
        asked = self.asked(interaction, browser)
        if asked is None:
            return None
        position, step = asked
        with self.progress.database.reading() as db:
            return self.passkeys.authenticate_options(db, interaction.id, position.subject.id, verified=step.verified)

    def sign_in(self, interaction: Interaction, sent: str, browser: Browser) -> PasskeyStep:
        """Signs in the owner of the passkey, who needs nothing else: no password counts, so no lock of one stops them."""
        if not self.is_accepted(interaction):
            return NotAsked()
        if not sent:
            return Incomplete("credential")
        now = self.progress.clock.now()
        with self.progress.database.transaction() as db:
            # A refusal is committed too, with whatever it has to tell: a counter that stood still, for one.
            hold = partial(self.progress.hold, db, browser, now)
            judged = self.passkeys.verify(db, interaction.id, sent, now, hold=hold)
            if not isinstance(judged, passkey.Proven):
                self.progress.bus.record(db, _sign_in_failed(interaction, _why(judged)))
                return judged
            attempt = Attempt(subject_id=judged.subject_id, proofs=(judged.proof,), shared=browser.shared)
            outcome: Finished | Attempt | Over = self.progress.advance(db, interaction, attempt, browser, now)
            if isinstance(outcome, Over):
                self.progress.bus.record(db, replace(_sign_in_failed(interaction, "disabled"), subject_id=judged.subject_id))
        return self.progress.settle(interaction, outcome)

    def prove(self, interaction: Interaction, sent: str, browser: Browser, *, trust: bool = False) -> PasskeyStep:
        """Judges the step that is asked. `trust` as for every second step."""
        asked = self.asked(interaction, browser)
        if asked is None:
            return NotAsked()
        if not sent:
            return Incomplete("credential")
        position, step = asked
        now = self.progress.clock.now()
        with self.progress.database.transaction() as db:
            hold, subject_id = partial(self.progress.hold, db, browser, now), position.subject.id
            judged = self.passkeys.verify(db, interaction.id, sent, now, subject_id, verified=step.verified, hold=hold)
            if not isinstance(judged, passkey.Proven):
                self.progress.bus.record(db, _step_failed(interaction, position, _why(judged)))
                return judged
            self.progress.bus.record(db, _step_proven(interaction, position))
            attempt = replace(position.attempt, proofs=position.attempt.proven(judged.proof), trust=trust)
            outcome: Finished | Attempt | Over = self.progress.advance(db, interaction, attempt, browser, now)
        return self.progress.settle(interaction, outcome)


def _why(judged: Refused | UnknownCredential) -> str:
    return judged.because.value if isinstance(judged, Refused) else UNKNOWN


def _sign_in_failed(interaction: Interaction, why: str) -> SignInFailed:
    return SignInFailed(
        client_id=interaction.client_id, brand=interaction.brand, outcome="refused", reason=f"{Passkeys.kind}_{why}"
    )


def _step_proven(interaction: Interaction, position: Position) -> SecondStepProven:
    return SecondStepProven(
        subject_id=position.subject.id, client_id=interaction.client_id, brand=interaction.brand, kind=Passkeys.kind
    )


def _step_failed(interaction: Interaction, position: Position, why: str) -> SecondStepFailed:
    return SecondStepFailed(
        subject_id=position.subject.id,
        client_id=interaction.client_id,
        brand=interaction.brand,
        outcome="refused",
        reason=why,
        kind=Passkeys.kind,
    )
