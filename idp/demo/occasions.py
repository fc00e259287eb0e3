"""Every occasion on which the provider writes to somebody, for the previews: each is the very code that writes in life."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from idp.brands.brand import Brand
from idp.factors.mail_code import MailCode
from idp.factors.text_code import TextCode
from idp.notices import CHANGES, NEW_BROWSER, Notices
from idp.recovery import lost_codes, lost_notices
from idp.recovery.asked import Asked, Waiting
from idp.recovery.cases import Keys
from idp.recovery.letters import Letter, Letters
from idp.recovery.lost_notices import Links, LostNotices
from idp.selfservice import closing, not_me
from idp.selfservice.contact_messages import ContactMessages
from idp.signin.contacts import Target
from idp.subjects import details
from idp.subjects.subjects import Subject
from idp.web.mails import Mail

Act = Callable[[Connection], None]
# Nobody is reached there.
ADDRESS, NUMBER, CODE, HANDLE = "somebody@example.test", "+447700900118", "123456", "preview"
TELLINGS = (
    lost_notices.STARTED,
    lost_notices.HALF_WAY,
    lost_notices.READY,
    lost_notices.STOPPED,
    lost_notices.FINISHED,
)


@dataclass(frozen=True, slots=True)
class Occasions:
    """The writers."""

    notices: Notices
    lost: LostNotices
    letters: Letters
    contacts: ContactMessages

    def all(self, brand: Brand, language: str, somebody: Subject, now: datetime) -> Iterator[Act]:
        """What writes to `somebody` in the name of `brand`; the language is theirs, or that of the page."""
        subject = replace(somebody, locale=language)
        for written in self._notices(subject, now):
            yield partial(self._tell, subject, brand, written)
        yield from self._codes(brand, now)
        yield from self._contacts(subject, brand, now)
        waiting = Waiting("", Asked(name=subject.username, language=language), brand.id, now)
        for names in (False, True):
            letter = Letter(subject, brand, names)
            yield lambda db, letter=letter: self.letters.send(db, letter, waiting, Keys(HANDLE, CODE), now)  # type: ignore[misc]
        targets = {MailCode.kind: Target(ADDRESS, ADDRESS), TextCode.kind: Target(NUMBER, NUMBER)}
        for telling in TELLINGS:
            links = Links(HANDLE, HANDLE if telling is lost_notices.READY else "")
            yield partial(self._lost, subject, brand, targets, telling, now + timedelta(days=1), links)

    def _notices(self, subject: Subject, now: datetime) -> Iterator[Callable[[Brand], Mail]]:
        notices = self.notices
        yield lambda brand: notices.changed(brand, "signed_in_new_device", NEW_BROWSER)
        for title in dict.fromkeys(CHANGES.values()):
            yield lambda brand, title=title: notices.changed(brand, "account_changed", title)  # type: ignore[misc]
        for left in (0, 1, 2):
            yield lambda brand, left=left: notices.few_codes(brand, left)  # type: ignore[misc]
        yield lambda brand: notices.locked(brand, HANDLE)
        yield notices.already_active
        yield lambda brand: lost_codes.carrying(brand, CODE, now)
        yield lambda brand: closing.begun(brand, now + timedelta(days=14))
        yield lambda brand: closing.reminded(brand, now + timedelta(days=3))
        yield lambda _brand: closing.kept()
        yield lambda _brand: closing.closed()
        yield lambda _brand: not_me.to_owner()
        yield lambda _brand: not_me.to_support(subject)

    def _tell(self, subject: Subject, brand: Brand, written: Callable[[Brand], Mail], db: Connection) -> None:
        held = self.notices.subjects.hold(db, subject.id)
        if held is not None:
            details.set_locale(db, held, subject.locale, self.notices.clock.now())
        self.notices.tell(db, subject.id, brand.id, written)

    def _codes(self, brand: Brand, now: datetime) -> Iterator[Act]:
        to = {MailCode.kind: ADDRESS, TextCode.kind: NUMBER}
        for kind, write in self.contacts.messages.writers.items():
            yield lambda db, kind=kind, write=write: write(db, brand, to[kind], CODE, now)  # type: ignore[misc]

    def _contacts(self, subject: Subject, brand: Brand, now: datetime) -> Iterator[Act]:
        contacts = self.contacts
        yield lambda db: contacts.confirm_email(db, brand, ADDRESS, CODE, now)
        yield lambda db: contacts.in_use(ADDRESS, subject.locale)(db, brand, ADDRESS, CODE, now)
        yield lambda db: contacts.email_changed(db, brand.id, ADDRESS, "new@example.test", HANDLE)
        for old, new in ((NUMBER, NUMBER), ("", NUMBER), (NUMBER, "")):
            yield lambda db, old=old, new=new: contacts.phone_changed(db, brand.id, ADDRESS, old, new, HANDLE)  # type: ignore[misc]
        yield lambda db: contacts.number_gone(db, brand.id, NUMBER)

    def _lost(
        self,
        subject: Subject,
        brand: Brand,
        targets: dict[str, Target],
        telling: lost_notices.Telling,
        when: datetime,
        links: Links,
        db: Connection,
    ) -> None:
        self.lost.tell(db, subject, brand.id, targets, telling, when, links)
