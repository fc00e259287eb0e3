"""An authenticator app, enrolled in place: the code it shows first proves that the secret got there."""

from dataclasses import dataclass

from idp.factors.factor import Wrong
from idp.factors.totp import BadLabel, ClockOff, Enrolled, Proposal, Replayed, TooMany, Totp
from idp.sessions.interaction import Interaction
from idp.signin.enrolment import Added, Enrolment, New
from idp.signin.outcomes import Browser, Incomplete, NotAsked, Over
from idp.signin.proposals import Proposals
from idp.subjects.proof import Proof


@dataclass(frozen=True, slots=True)
class Lapsed:
    """The secret was shown too long ago, or never: a code of it says nothing."""


Unconfirmed = Lapsed | Wrong | Replayed | ClockOff | BadLabel | TooMany
Confirmed = Added | Over | NotAsked | Incomplete | Unconfirmed


@dataclass(frozen=True, slots=True)
class AppEnrolment:
    """The ceremony of an authenticator app. Proposals are bound to the interaction and its subject."""

    enrolment: Enrolment
    proposals: Proposals

    def propose(self, interaction: Interaction, browser: Browser) -> Proposal | None:
        """The secret to show; None where no app is to be enrolled now."""
        progress = self.enrolment.progress
        with progress.database.reading() as db:
            entitled = self.enrolment.entitled(db, interaction, Totp.kind, browser, progress.clock.now())
        if entitled is None:
            return None
        brand = progress.gate.brands.get(interaction.brand)
        issuer = brand.name if brand is not None else interaction.application or "Sign-in"
        return self.proposals.show(interaction.id, entitled.position.subject, issuer)

    def confirm(self, interaction: Interaction, code: str, label: str, browser: Browser) -> Confirmed:
        """Enrols the app under the name `label`, if `code` is what it shows, and goes on with the sign-in."""
        if not code.strip():
            return Incomplete("code")
        progress = self.enrolment.progress
        now = progress.clock.now()
        with progress.database.transaction() as db:
            self.enrolment.hold(db, interaction, browser, now)
            entitled = self.enrolment.entitled(db, interaction, Totp.kind, browser, now)
            if entitled is None:
                return NotAsked()
            subject_id = entitled.position.subject.id
            secret = self.proposals.find(interaction.id, subject_id)
            if secret is None:
                return Lapsed()
            with db.begin_nested() as undone:
                enrolled = self.proposals.totp.confirm(db, subject_id, secret, code, label, now)
                if not isinstance(enrolled, Enrolled):
                    return enrolled
                new = New(enrolled.authenticator_id, Proof(Totp.kind, Totp.amr, Totp.strength, now))
                done = self.enrolment.finish(db, interaction, entitled, new, browser, now)
                if isinstance(done, Over):
                    undone.rollback()
        self.proposals.end(interaction.id, subject_id)
        return self.enrolment.settle(interaction, done)
