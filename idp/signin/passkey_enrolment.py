"""A passkey, enrolled in place: to have made it proves it."""

from dataclasses import dataclass
from typing import Any

from idp.core.devices import in_words
from idp.core.origin import current_origin
from idp.factors.passkey import Passkeys, Registered
from idp.factors.passkey_ceremony import Refused
from idp.sessions.interaction import Interaction
from idp.signin.enrolment import Added, Enrolment, New
from idp.signin.outcomes import Browser, Incomplete, NotAsked, Over

Made = Added | Over | NotAsked | Incomplete | Refused


@dataclass(frozen=True, slots=True)
class PasskeyEnrolment:
    """The ceremony of a new passkey, which belongs to the interaction and its subject."""

    enrolment: Enrolment
    passkeys: Passkeys

    def is_offered(self, interaction: Interaction, browser: Browser) -> bool:
        """Whether a passkey may be enrolled here and now."""
        progress = self.enrolment.progress
        with progress.database.reading() as db:
            now = progress.clock.now()
            return self.enrolment.entitled(db, interaction, Passkeys.kind, browser, now) is not None

    def options(self, interaction: Interaction, browser: Browser) -> dict[str, Any] | None:
        """Options for the new passkey; None where none is to be enrolled now."""
        progress = self.enrolment.progress
        with progress.database.transaction() as db:
            entitled = self.enrolment.entitled(db, interaction, Passkeys.kind, browser, progress.clock.now())
            return self.passkeys.register_options(db, interaction.id, entitled.position.subject) if entitled else None

    def register(self, interaction: Interaction, sent: str, browser: Browser) -> Made:
        """Enrols the passkey that `sent`, any text, describes, named after this browser, and goes on with the sign-in."""
        if not sent:
            return Incomplete("credential")
        progress = self.enrolment.progress
        now = progress.clock.now()
        with progress.database.transaction() as db:
            self.enrolment.hold(db, interaction, browser, now)
            entitled = self.enrolment.entitled(db, interaction, Passkeys.kind, browser, now)
            if entitled is None:
                return NotAsked()
            subject_id, label = entitled.position.subject.id, in_words(current_origin().device)
            with db.begin_nested() as undone:
                made = self.passkeys.register(db, interaction.id, subject_id, sent, label, now)
                if not isinstance(made, Registered):
                    return made
                new = New(made.authenticator_id, made.proof)
                done = self.enrolment.finish(db, interaction, entitled, new, browser, now)
                if isinstance(done, Over):
                    undone.rollback()
        return self.enrolment.settle(interaction, done)
