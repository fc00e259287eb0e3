"""Vouching: whoever came by a mailed link proves what else they have, through the same pages and tries as at a sign-in."""

from dataclasses import dataclass

from sqlalchemy import Connection

from idp.sessions.context import Requirement
from idp.sessions.interaction import Interaction, Interactions
from idp.signin.gate import VOUCHES
from idp.signin.needs import Vouched
from idp.signin.outcomes import Browser
from idp.signin.progress import SUBJECT, Progress


@dataclass(frozen=True, slots=True)
class Vouching:
    """Collaborators."""

    progress: Progress
    interactions: Interactions

    def begin(self, kind: str, subject_id: str, brand: str | None, browser: str, **request: str) -> Interaction:
        """Parks the way to what `request` says; the gate asks for the second factor that is left, and comes back to `kind`."""
        parked = self.interactions.park(
            kind=kind,
            browser=browser,
            client_id=None,
            brand=brand,
            application=None,
            requirement=Requirement(),
            request={SUBJECT: subject_id, **request},
            purpose=VOUCHES,
        )
        self.progress.vouch_for(parked)
        return parked

    def is_done(self, db: Connection, interaction: Interaction, browser: Browser, subject_id: str) -> bool:
        """Whether everything that is left of this subject was proven in `interaction`."""
        position = self.progress.locate(db, interaction, browser, self.progress.clock.now())
        return position is not None and position.subject.id == subject_id and isinstance(position.need, Vouched)

    def is_needed(self, db: Connection, subject_id: str, brand: str | None) -> bool:
        """Whether this subject has anything to prove beside a mailed link."""
        subject = self.progress.subjects.get(db, subject_id)
        return subject is not None and not isinstance(self.progress.gate.vouch(db, subject, brand, ()), Vouched)

    def end(self, interaction: Interaction) -> None:
        """Closes the interaction, once what it was for is done."""
        self.interactions.end(interaction.id, interaction.browser)
        self.progress.attempts.end(interaction)
