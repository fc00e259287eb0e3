"""Answers recovery cases: one mail to whom it means what was typed, as often as is good, and nothing to anybody else.

It is the worker's part. The page that was asked knows nothing of it, so nothing of it can be read from the page or its time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus
from idp.core.recovery_events import RecoveryStarted, RecoveryWithheld
from idp.core.throttle import Slowed, Throttle
from idp.recovery.asked import AskedCases, Waiting
from idp.recovery.cases import Cases
from idp.recovery.letters import Letter, Letters
from idp.recovery.whose import Asking, Nobody, Owner, Whose
from idp.signin.brand_of import brand_of
from idp.subjects.subjects import Subject, Subjects

# How many mails one subject gets (S1, recovery link).
QUOTAS = ((3, timedelta(hours=1)), (10, timedelta(days=1)))
# The trail is told once in so long that more was asked for: whoever asks without end must not fill it.
TOLD_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Answering:
    """Collaborators."""

    database: Database
    clock: Clock
    bus: Bus
    asked_cases: AskedCases
    cases: Cases
    subjects: Subjects
    brands: Brands
    throttle: Throttle
    whose: Whose
    letters: Letters

    def answer(self, batch: int) -> int:
        """Answers up to `batch` cases that are due, the oldest first; returns how many were settled.

        What a brand is asked about comes last, so that a brand that hangs keeps nobody else waiting. Raises `Unavailable`
        with a store.
        """
        with self.database.transaction() as db:
            self.asked_cases.give_up(db, self.clock.now())
        with self.database.reading() as db:
            waiting = self.asked_cases.waiting(db, self.clock.now(), batch)
        for_brands = [each for each in waiting if isinstance(self._answer(each), Asking)]
        return len(waiting) - len(for_brands) + self.whose.ask_brands(for_brands, self._settle)

    def _answer(self, waiting: Waiting) -> Owner | Nobody | Asking:
        with self.database.transaction() as db:
            found = self.whose.at_once(db, waiting)
            if not isinstance(found, Asking):
                self._take(db, waiting, found)
        return found

    def _settle(self, waiting: Waiting, found: Owner | Nobody) -> None:
        with self.database.transaction() as db:
            self._take(db, waiting, found)

    def _take(self, db: Connection, waiting: Waiting, found: Owner | Nobody) -> None:
        now = self.clock.now()
        if self.asked_cases.take(db, waiting, now) and isinstance(found, Owner):
            subject = self.subjects.get(db, found.subject_id)
            brand = brand_of(db, self.brands, self.subjects, waiting.brand, found.subject_id)
            if subject is not None and brand is not None and not subject.disabled and subject.email_verified:
                self._send(db, waiting, Letter(subject, brand, found.is_told_name), now)

    def _send(self, db: Connection, waiting: Waiting, letter: Letter, now: datetime) -> None:
        subject, brand = letter.subject, letter.brand
        if not self._is_used_up(subject):
            keys = self.cases.equip(db, waiting.case_digest, subject, now)
            self.letters.send(db, letter, waiting, keys, now)
            self.bus.record(db, RecoveryStarted(subject_id=subject.id, brand=brand.id))
        elif self.throttle.first("recovery withheld", subject.id, TOLD_AGAIN):
            withheld = RecoveryWithheld(subject_id=subject.id, brand=brand.id, outcome="refused", reason="quota")
            self.bus.record(db, withheld)

    def _is_used_up(self, subject: Subject) -> bool:
        counts = [(f"recovery:{window.total_seconds():.0f}", subject.id, most, window) for most, window in QUOTAS]
        # All are looked at before one is counted: what is not sent because of one must not use up the other.
        return any(isinstance(self.throttle.check(*count), Slowed) for count in counts) or any(
            isinstance(self.throttle.tries(*count), Slowed) for count in counts
        )
