"""A sign-in to an account that is about to be closed: it leads to no session until its owner says that they keep it."""

from dataclasses import dataclass
from datetime import datetime

from idp.core.account_events import ClosingCancelled
from idp.sessions.interaction import Interaction
from idp.signin.outcomes import Browser, Over, Pending, Proven
from idp.signin.progress import Finished, Progress
from idp.subjects import closing


@dataclass(frozen=True, slots=True)
class Keeping:
    """What becomes of the question."""

    progress: Progress

    def asked(self, interaction: Interaction, browser: Browser) -> datetime | None:
        """When the account will be closed, for whoever has proven all that was asked and is to be asked this; else None."""
        position = self.progress.position(interaction, browser)
        return position.closing if position is not None else None

    def keep(self, interaction: Interaction, browser: Browser) -> Proven | Pending | Over:
        """The account stays and the sign-in finishes, both or neither."""
        progress, now = self.progress, self.progress.clock.now()
        with progress.database.transaction() as db:
            position = progress.locate(db, interaction, browser, now)
            if position is None or position.closing is None:
                return Pending()
            with db.begin_nested() as both:
                if closing.cancel(db, position.subject.id):
                    kept = ClosingCancelled(subject_id=position.subject.id, brand=interaction.brand)
                    progress.bus.record(db, kept)
                outcome = progress.advance(db, interaction, position.attempt, browser, now)
                if not isinstance(outcome, Finished):
                    both.rollback()
        return progress.settle(interaction, outcome)
