"""A code typed as a further step of a sign-in: counted, judged, and spent in one transaction."""

from dataclasses import dataclass, replace
from typing import assert_never

from sqlalchemy import Connection

from idp.core.events import SecondStepFailed, SecondStepProven
from idp.factors.factor import Wrong
from idp.factors.sent_code import Late
from idp.factors.totp import ClockOff, Replayed
from idp.factors.tries import Allowed, Wait, count_try, succeeded
from idp.sessions.interaction import Interaction
from idp.signin.attempt import Attempt
from idp.signin.codes import Codes
from idp.signin.needs import Step
from idp.signin.outcomes import Browser, Incomplete, NotAsked, Over, Paused, Pending, Proven, WrongCode
from idp.signin.progress import Finished, Position, Progress
from idp.subjects.proof import Proof

CodeStep = Proven | Pending | Over | NotAsked | Incomplete | WrongCode | Paused


@dataclass(frozen=True, slots=True)
class SecondSteps:
    """Every kind of code takes this way."""

    progress: Progress
    codes: Codes

    def prove(self, interaction: Interaction, kind: str, typed: str, browser: Browser, *, trust: bool = False) -> CodeStep:
        """Judges a code of `kind`. `trust`: the subject wants to be asked for less in this browser, where the brand allows."""
        position = self.progress.position(interaction, browser)
        if position is None or not isinstance(position.need, Step) or kind not in position.need.choices:
            return NotAsked()
        if not typed.strip():
            return Incomplete("code")
        now = self.progress.clock.now()
        with self.progress.database.transaction() as db:
            # A code is counted before it is looked at, and stays counted: the transaction commits whatever comes of it.
            allowed = count_try(db, position.subject.id, kind, now)
            if isinstance(allowed, Wait):
                self._failed(db, interaction, position, kind, "paused")
                return Paused(allowed.until)
            verdict = self.codes.judges[kind](db, position.subject.id, interaction.id, typed, now)
            if not isinstance(verdict, Proof):
                return self._wrong(db, interaction, position, kind, verdict, allowed)
            succeeded(db, position.subject.id, kind)
            self._proven(db, interaction, position, kind)
            attempt = replace(position.attempt, proofs=position.attempt.proven(verdict), trust=trust)
            outcome: Finished | Attempt | Over = self.progress.advance(db, interaction, attempt, browser, now)
        return self.progress.settle(interaction, outcome)

    def _wrong(
        self,
        db: Connection,
        interaction: Interaction,
        position: Position,
        kind: str,
        verdict: Wrong | Replayed | ClockOff | Late,
        allowed: Allowed,
    ) -> WrongCode:
        match verdict:
            case Wrong():
                wrong = WrongCode(allowed.left)
            case Late():
                wrong = WrongCode(allowed.left, "late")
            case Replayed():
                wrong = WrongCode(allowed.left, "used")
            case ClockOff(minutes):
                wrong = WrongCode(allowed.left, "clock", minutes)
            case never:
                assert_never(never)
        self._failed(db, interaction, position, kind, wrong.because)
        return wrong

    def _proven(self, db: Connection, interaction: Interaction, position: Position, kind: str) -> None:
        proven = SecondStepProven(
            subject_id=position.subject.id, client_id=interaction.client_id, brand=interaction.brand, kind=kind
        )
        self.progress.bus.record(db, proven)

    def _failed(self, db: Connection, interaction: Interaction, position: Position, kind: str, because: str) -> None:
        failed = SecondStepFailed(
            subject_id=position.subject.id,
            client_id=interaction.client_id,
            brand=interaction.brand,
            outcome="refused",
            reason=because,
            kind=kind,
        )
        self.progress.bus.record(db, failed)
