"""Answers recovery cases: one mail to whom the typed name means, as often as is good, and nothing to anybody else.

It is the worker's part. The page that was asked knows nothing of it, so nothing of it can be read from the page or its time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from jinja2 import Environment
from sqlalchemy import Connection

from idp.brands.brand import Brand
from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus, RecoveryStarted, RecoveryWithheld
from idp.core.language import _, speaking
from idp.core.outbox import enqueue
from idp.core.perishable import UNTIL
from idp.core.sealing import Keyring
from idp.core.throttle import Slowed, Throttle
from idp.core.wishes import language_of
from idp.recovery.cases import LIFETIME, Cases, Keys, Waiting
from idp.subjects.subjects import Subject, Subjects
from idp.web.mails import Mail, branded

MAIL = "mail"
# How many mails one subject gets (S1, recovery link).
QUOTAS = ((3, timedelta(hours=1)), (10, timedelta(days=1)))


@dataclass(frozen=True, slots=True)
class Answering:
    """Collaborators. Links lead to `issuer`; `templates` renders the mail."""

    issuer: str
    database: Database
    clock: Clock
    bus: Bus
    cases: Cases
    subjects: Subjects
    brands: Brands
    throttle: Throttle
    keyring: Keyring
    templates: Environment

    def answer(self, batch: int) -> int:
        """Answers up to `batch` cases, the oldest first; returns how many were there. Raises `Unavailable` with a store."""
        with self.database.reading() as db:
            waiting = self.cases.waiting(db, batch)
        for each in waiting:
            with self.database.transaction() as db:
                now = self.clock.now()
                if self.cases.take(db, each, now):
                    self._answer(db, each, now)
        return len(waiting)

    def _answer(self, db: Connection, waiting: Waiting, now: datetime) -> None:
        subject, brand = self.subjects.find(db, waiting.name), self._brand(waiting.brand)
        if subject is None or subject.disabled or not subject.email_verified or brand is None:
            return None
        if self._is_used_up(subject):
            withheld = RecoveryWithheld(subject_id=subject.id, brand=waiting.brand, outcome="refused", reason="quota")
            return self.bus.record(db, withheld)
        keys = self.cases.equip(db, waiting, subject.id, now)
        # In the language on file: whoever asked may be somebody else.
        with speaking(language_of(subject.locale, brand.languages)):
            payload = branded(self.templates, brand, subject.email, self._mail(subject, brand, keys, now), now)
        until = {UNTIL: (now + LIFETIME).isoformat()}
        enqueue(db, self.keyring, MAIL, payload | until, self.clock, target=subject.email.rpartition("@")[2])
        return self.bus.record(db, RecoveryStarted(subject_id=subject.id, brand=waiting.brand))

    def _is_used_up(self, subject: Subject) -> bool:
        counts = [(f"recovery:{window.total_seconds():.0f}", subject.id, most, window) for most, window in QUOTAS]
        # All are looked at before one is counted: what is not sent because of one must not use up the other.
        return any(isinstance(self.throttle.check(*count), Slowed) for count in counts) or any(
            isinstance(self.throttle.tries(*count), Slowed) for count in counts
        )

    def _mail(self, subject: Subject, brand: Brand, keys: Keys, now: datetime) -> Mail:
        at = (now + LIFETIME).astimezone(ZoneInfo(brand.support.timezone))
        return Mail(
            "recovery",
            _("Your way back in"),
            [
                _("Somebody asked for help with signing in to your account. If it was you, go on with the button or the code."),
                _("Your username: %(username)s", username=subject.username),
            ],
            _("If it was not you, there is nothing to do: without this mail nobody gets in. Give the code to nobody."),
            action={"url": f"{self.issuer}/recovery/link/{keys.handle}", "label": _("Get back in")},
            code=keys.code,
            until=f"{at:%H:%M}",
        )

    def _brand(self, brand_id: str | None) -> Brand | None:
        return self.brands.get(brand_id) or next(iter(self.brands.all()), None)
