"""What becomes of the offer of a second step: it is put off, or taken."""

from dataclasses import dataclass

from idp.sessions.interaction import Interaction
from idp.signin.gate import ENROLS, OFFERED
from idp.signin.nudges import put_off
from idp.signin.outcomes import Browser
from idp.signin.progress import Progress


@dataclass(frozen=True, slots=True)
class Offers:
    """An offer stands for the session that was just proven, until it is answered."""

    progress: Progress

    def stands(self, interaction: Interaction, browser: Browser) -> bool:
        """Whether whoever is at the page was made the offer, and has not answered yet."""
        return browser.session is not None and interaction.is_answered(OFFERED, browser.session.id)

    def put_off(self, interaction: Interaction, browser: Browser) -> None:
        """ "Not now": the sign-in goes on, and the offer comes again after the days that the brand sets."""
        if browser.session is None or not self.stands(interaction, browser):
            return
        with self.progress.database.transaction() as db:
            put_off(db, browser.session.subject_id, self.progress.clock.now())
        self.progress.interactions.keep(interaction.answered(**{OFFERED: ""}))

    def take(self, interaction: Interaction, kind: str, browser: Browser) -> None:
        """A factor of `kind` is to be added: from now on the gate asks for what that takes."""
        if self.stands(interaction, browser):
            self.progress.interactions.keep(interaction.answered(**{OFFERED: "", ENROLS: kind}))
