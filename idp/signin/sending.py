"""Sending a code for the step that comes next: never because a page was looked at, never more often than is good."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import assert_never

from idp.brands.brand import Brand
from idp.core.events import CodeSent, CodeWithheld
from idp.factors.sent_code import LIFETIME, Place, SentCodes
from idp.sessions.interaction import Interaction
from idp.signin.code_messages import CodeMessages
from idp.signin.contacts import Contacts, Target
from idp.signin.needs import Step
from idp.signin.outcomes import Browser, Dispatched, NotAsked, TooSoon, Unreachable, Withheld
from idp.signin.progress import Progress
from idp.signin.sending_quotas import SendQuotas, Twice, Used
from idp.subjects.subjects import Subject

SendStep = Dispatched | TooSoon | Withheld | Unreachable | NotAsked


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of a sent code shows: where it goes, masked; whether one was sent; in how many seconds the next may be."""

    target: str
    sent: bool
    seconds: int


@dataclass(frozen=True, slots=True)
class Sending:
    """Collaborators of what a browser asks to be sent."""

    progress: Progress
    codes: SentCodes
    contacts: Contacts
    quotas: SendQuotas
    messages: CodeMessages

    def shown(self, interaction: Interaction, subject: Subject, kind: str) -> Shown:
        """How things stand with codes of `kind` in this interaction. Sends nothing."""
        now = self.progress.clock.now()
        with self.progress.database.reading() as db:
            target = self.contacts.target(db, subject, kind)
            newest = self.codes.newest(db, Place(kind, subject.id, interaction.id))
        left = newest.again_at - now if newest else timedelta(0)
        return Shown(target.shown if target else "", newest is not None, max(0, ceil(left.total_seconds())))

    def send(self, interaction: Interaction, kind: str, browser: Browser) -> SendStep:
        """Sends a code of `kind`, if that is what comes next. The code before it counts no more."""
        position = self.progress.position(interaction, browser)
        if position is None or not isinstance(position.need, Step) or kind not in position.need.choices:
            return NotAsked()
        subject, now = position.subject, self.progress.clock.now()
        place = Place(kind, subject.id, interaction.id)
        with self.progress.database.reading() as db:
            target = self.contacts.target(db, subject, kind)
            newest = self.codes.newest(db, place)
        if newest is not None and newest.again_at > now:
            return TooSoon()
        brand = self.messages.brand(interaction.brand)
        if target is None or brand is None or kind not in self.messages.writers:
            self._withhold(interaction, place, "unreachable")
            return Unreachable()
        counted = self.quotas.use(place, target.address, browser.address)
        match counted:
            case Used(name, retry_after):
                self._withhold(interaction, place, name)
                return Withheld(retry_after)
            case Twice():
                return TooSoon()
            case None:
                return self._dispatch(interaction, place, brand, target, now)
            case never:
                assert_never(never)

    def _dispatch(
        self, interaction: Interaction, place: Place, brand: Brand, target: Target, now: datetime
    ) -> Dispatched | TooSoon:
        with self.progress.database.transaction() as db:
            code = self.codes.renew(db, place, now)
            if code is None:
                return TooSoon()
            self.messages.writers[place.kind](db, brand, target.address, code, now + LIFETIME)
            sent = CodeSent(
                subject_id=place.subject_id, client_id=interaction.client_id, brand=interaction.brand, kind=place.kind
            )
            self.progress.bus.record(db, sent)
        return Dispatched()

    def _withhold(self, interaction: Interaction, place: Place, because: str) -> None:
        withheld = CodeWithheld(
            subject_id=place.subject_id,
            client_id=interaction.client_id,
            brand=interaction.brand,
            outcome="refused",
            reason=because,
            kind=place.kind,
        )
        with self.progress.database.transaction() as db:
            self.progress.bus.record(db, withheld)
