"""Closing one's account: it begins with the owner's word, waits two weeks, and ends with nothing personal left."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from idp.brands.brand import Brand, zone_of
from idp.core.account_events import AccountClosed, AccountClosing
from idp.core.audit import Trail
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus, Event
from idp.core.language import _
from idp.notices import Notices
from idp.selfservice import contact_undos
from idp.selfservice.own import Owner
from idp.subjects import closing
from idp.subjects.names import name_key
from idp.subjects.subjects import Subjects
from idp.web import formats
from idp.web.mails import Mail

WAITS, REMINDED = timedelta(days=14), timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Closing:
    """The account will be closed then."""

    at: datetime


@dataclass(frozen=True, slots=True)
class OtherName:
    """What was typed is not the account's username."""


@dataclass(frozen=True, slots=True)
class HasRole:
    """They are staff, who hand their role on first."""


@dataclass(frozen=True, slots=True)
class Closings:
    """What is due is done in one transaction for each account. `forget` removes what other parts keep about a subject."""

    database: Database
    clock: Clock
    bus: Bus
    trail: Trail
    subjects: Subjects
    notices: Notices
    forget: Callable[[Connection, str], None]

    def begin(self, db: Connection, owner: Owner, typed: str) -> Closing | OtherName | HasRole:
        """The owner wants it, and has named it, in a change of theirs (`changing`). All sessions and tokens end."""
        if owner.subject.staff:
            return HasRole()
        if name_key(typed) != name_key(owner.subject.username):
            return OtherName()
        at = self.clock.now() + WAITS
        if not closing.begin(db, owner.subject.id, owner.brand, at):
            return Closing(closing.closes_at(db, owner.subject.id) or at)
        self.bus.record(db, AccountClosing(**owner.by, at=at.isoformat()))
        self._tell(db, owner.subject.id, owner.brand, lambda brand: begun(brand, at))
        return Closing(at)

    def when_cancelled(self, db: Connection, event: Event) -> None:
        """Subscriber: who keeps the account is told so."""
        if event.subject_id is not None:
            self.notices.tell(db, event.subject_id, event.brand, lambda _brand: kept())

    def remind(self, limit: int) -> int:
        """Reminds up to `limit` owners whose accounts are closed in three days; answers how many were looked at."""
        now = self.clock.now()
        with self.database.reading() as db:
            found = closing.to_remind(db, now + REMINDED, limit)
        for subject_id in found:
            with self.database.transaction() as db:
                marked = closing.remind(db, subject_id, now)
                if marked is not None:
                    self._remind(db, subject_id, *marked)
        return len(found)

    def finish(self, limit: int) -> int:
        """Closes up to `limit` accounts whose time has come; answers how many were looked at."""
        with self.database.reading() as db:
            found = closing.due(db, self.clock.now(), limit)
        for subject_id in found:
            with self.database.transaction() as db:
                self._finish(db, subject_id, self.clock.now())
        return len(found)

    def _remind(self, db: Connection, subject_id: str, at: datetime, brand_id: str | None) -> None:
        self._tell(db, subject_id, brand_id, lambda brand: reminded(brand, at))

    def _tell(self, db: Connection, subject_id: str, brand_id: str | None, written: Callable[[Brand], Mail]) -> None:
        # Whoever wants it closed may be a thief who changed the address first, so it is not said there alone.
        also = contact_undos.mailboxes(db, subject_id, self.clock.now())
        self.notices.tell(db, subject_id, brand_id, written, also)

    def _finish(self, db: Connection, subject_id: str, now: datetime) -> None:
        brand = closing.brand_of(db, subject_id)
        if not closing.finish(db, subject_id, now):
            return
        # Told first: afterwards nobody knows where to.
        self.notices.tell(db, subject_id, brand, lambda _brand: closed())
        self.subjects.disable(db, self.bus, subject_id, now)
        self.bus.record(db, AccountClosed(subject_id=subject_id, brand=brand))
        self.forget(db, subject_id)
        closing.erase(db, subject_id, self.subjects.closed_names.key, now)
        self.trail.forget(db, subject_id)


def begun(brand: Brand, at: datetime) -> Mail:
    """A day is set."""
    return Mail(
        "closing",
        _("Your account will be closed on %(day)s", day=_day(brand, at)),
        [
            _("You asked us to close it, and we signed you out everywhere."),
            _("Until then you can think again: sign in as always and choose “Keep my account”."),
            _("After that day what we know about you is erased, and the account cannot come back."),
        ],
        _("If this was not you, sign in and keep the account, then change your password. Or call us: the number is below."),
    )


def reminded(brand: Brand, at: datetime) -> Mail:
    """The day is near."""
    return Mail(
        "closing",
        _("Three days left: your account will be closed on %(day)s", day=_day(brand, at)),
        [_("If you want to keep it, sign in as always before then and choose “Keep my account”.")],
        _("If you did not ask for this, do that now, or call us: the number is below."),
    )


def kept() -> Mail:
    """Its owner thought again."""
    return Mail(
        "closing",
        _("Your account stays"),
        [_("You signed in and chose to keep it. Nothing was erased.")],
        _("If this was not you, call us at once: the number is below."),
    )


def closed() -> Mail:
    """It is done."""
    return Mail(
        "closing",
        _("Your account is closed"),
        [
            _("What we knew about you for signing in is erased. Your agreements with the brands are not touched by this."),
            _("Nobody else will ever get your username or your e-mail address here."),
        ],
        _("This is our last message about the account."),
    )


def _day(brand: Brand, at: datetime) -> str:
    return formats.day(at.astimezone(zone_of(brand)))
