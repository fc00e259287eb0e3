"""A code typed as a further step of a sign-in: counted, judged, and spent in one transaction."""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from idp.core.events import SecondStepFailed, SecondStepProven
from idp.sessions.interaction import Interaction
from idp.signin.attempt import Attempt
from idp.signin.codes import Codes, refusal
from idp.signin.needs import Step
from idp.signin.outcomes import Browser, Incomplete, NotAsked, Over, Paused, Pending, Proven, WrongCode
from idp.signin.progress import Finished, Position, Progress
from idp.subjects.proof import Proof

CodeStep = Proven | Pending | Over | NotAsked | Incomplete | WrongCode | Paused


@dataclass(frozen=True, slots=True)
class SecondSteps:
    """Every code typed at a sign-in takes this way."""

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
            self.progress.hold(db, browser, now, position.subject.id)
            verdict = self.codes.prove(db, position.subject.id, interaction.id, kind, typed, now)
            if not isinstance(verdict, Proof):
                self._failed(db, interaction, position, kind, refusal(verdict))
                return verdict
            self._proven(db, interaction, position, kind)
            attempt = replace(position.attempt, proofs=position.attempt.proven(verdict), trust=trust)
            outcome: Finished | Attempt | Over = self.progress.advance(db, interaction, attempt, browser, now)
        return self.progress.settle(interaction, outcome)

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
