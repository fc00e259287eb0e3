"""A passkey that the browser makes by itself, without a prompt, while a second step is offered (conditional create)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from idp.core.devices import in_words
from idp.core.events import AuthenticatorEnrolled
from idp.core.origin import current_origin
from idp.factors.passkey import Passkeys, Registered
from idp.factors.password import Password
from idp.sessions.context import is_recent
from idp.sessions.interaction import Interaction
from idp.signin.gate import OFFERED
from idp.signin.needs import TO_ENROL
from idp.signin.offer import Offers
from idp.signin.outcomes import Browser
from idp.subjects.authenticators import kinds
from idp.subjects.subjects import Subject


@dataclass(frozen=True, slots=True)
class UnaskedPasskeys:
    """For whoever was offered a second step a moment ago, after a password, and has no strong one yet."""

    offers: Offers
    passkeys: Passkeys

    def options(self, interaction: Interaction, browser: Browser) -> dict[str, Any] | None:
        """Options for conditional mediation; None where nothing is to be made without asking."""
        progress = self.offers.progress
        with progress.database.transaction() as db:
            subject = self._entitled(db, interaction, browser, progress.clock.now())
            return self.passkeys.register_options(db, interaction.id, subject, unasked=True) if subject else None

    def register(self, interaction: Interaction, sent: str, browser: Browser) -> bool:
        """Enrols what the browser made, which proves nothing yet, and takes the offer as answered; False for anything else."""
        progress = self.offers.progress
        now = progress.clock.now()
        with progress.database.transaction() as db:
            before = self._entitled(db, interaction, browser, now)
            if before is None or progress.subjects.hold(db, before.id) is None:
                return False
            # Judged while it is held: what ended meanwhile counts.
            subject = self._entitled(db, interaction, browser, now)
            if subject is None:
                return False
            label = in_words(current_origin().device)
            made = self.passkeys.register(db, interaction.id, subject.id, sent, label, now, unasked=True)
            if not isinstance(made, Registered):
                return False
            # A password alone vouched for it, which must not open at once what a password alone does not open.
            progress.subjects.recovered(db, subject.id, now)
            enrolled = AuthenticatorEnrolled(
                subject_id=subject.id,
                client_id=interaction.client_id,
                brand=interaction.brand,
                kind=Passkeys.kind,
                authenticator_id=made.authenticator_id,
                recovered=True,
            )
            progress.bus.record(db, enrolled)
        progress.interactions.keep(interaction.answered(**{OFFERED: ""}))
        return True

    def _entitled(self, db: Connection, interaction: Interaction, browser: Browser, now: datetime) -> Subject | None:
        progress = self.offers.progress
        session = progress.sessions.get(db, browser.session.id, now) if browser.session else None
        if session is None or not self.offers.stands(interaction, browser):
            return None
        subject = progress.subjects.get(db, session.subject_id)
        if subject is None or subject.disabled or not is_recent(session.context.auth_time, TO_ENROL, now):
            return None
        accepted = Passkeys.kind in progress.gate.policy(interaction.brand).second_steps
        # Whoever has turned on anything beside the password is protected by it, and a password alone must add nothing.
        return subject if accepted and kinds(db, subject.id) <= {Password.kind} else None
