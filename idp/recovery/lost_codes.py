"""Sends the codes that were asked for by people who lost a second factor. The worker's part: no page waits for it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from idp.brands.brand import Brand
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus, CodeSent, CodeWithheld
from idp.core.language import _, speaking
from idp.core.outbox import enqueue
from idp.core.perishable import UNTIL
from idp.factors.mail_code import MailCode
from idp.factors.sent_code import LIFETIME, Place, SentCodes
from idp.recovery.lost_asks import Ask, LostAsks
from idp.recovery.lost_reach import Reach
from idp.signin.code_messages import MAIL, CodeMessages
from idp.signin.contacts import Target
from idp.signin.sending_quotas import SendQuotas, Used
from idp.subjects.subjects import Subject, Subjects
from idp.web.formats import moment
from idp.web.mails import Mail, branded


@dataclass(frozen=True, slots=True)
class LostCodes:
    """Collaborators."""

    database: Database
    clock: Clock
    bus: Bus
    asks: LostAsks
    subjects: Subjects
    reach: Reach
    codes: SentCodes
    quotas: SendQuotas
    messages: CodeMessages

    def answer(self, batch: int) -> int:
        """Answers up to `batch` asks, the oldest first; returns how many were there. Raises `Unavailable` with a store."""
        with self.database.reading() as db:
            waiting = self.asks.waiting(db, batch)
        for ask in waiting:
            with self.database.transaction() as db, speaking(ask.language):
                now = self.clock.now()
                if self.asks.take(db, ask, now):
                    self._answer(db, ask, now)
        return len(waiting)

    def _answer(self, db: Connection, ask: Ask, now: datetime) -> None:
        subject, brand = self.subjects.find(db, ask.name), self.messages.brand(ask.brand)
        if subject is None or subject.disabled or brand is None:
            return
        target = self.reach.targets(db, subject).get(ask.kind)
        if target is None:
            return
        # Strangers ask for codes by mail: what they use up must not be what the owner needs at a sign-in.
        quota = f"lost_{MailCode.kind}" if ask.kind == MailCode.kind else ask.kind
        used = self.quotas.use(Place(quota, subject.id, ask.interaction_id), target.address, ask.source)
        if isinstance(used, Used):
            self._withheld(db, ask, subject, used.name)
        elif used is None:
            self._send(db, ask, subject, brand, target, now)

    def _send(self, db: Connection, ask: Ask, subject: Subject, brand: Brand, target: Target, now: datetime) -> None:
        code = self.codes.renew(db, Place(ask.kind, subject.id, ask.interaction_id), now)
        if code is None:
            return
        if ask.kind == MailCode.kind:
            self._mail(db, brand, target, code, now)
        else:
            self.messages.writers[ask.kind](db, brand, target.address, code, now + LIFETIME)
        self.bus.record(db, CodeSent(subject_id=subject.id, brand=ask.brand, kind=ask.kind))

    def _mail(self, db: Connection, brand: Brand, target: Target, code: str, now: datetime) -> None:
        mail = carrying(brand, code, now)
        payload = branded(self.messages.templates, brand, target.address, mail, now) | {UNTIL: (now + LIFETIME).isoformat()}
        enqueue(db, self.messages.keyring, MAIL, payload, self.clock, target=target.address.rpartition("@")[2])

    def _withheld(self, db: Connection, ask: Ask, subject: Subject, because: str) -> None:
        refused = CodeWithheld(subject_id=subject.id, brand=ask.brand, outcome="refused", reason=because, kind=ask.kind)
        self.bus.record(db, refused)


def carrying(brand: Brand, code: str, now: datetime) -> Mail:
    """The mail that carries a code."""
    at = moment(now.astimezone(ZoneInfo(brand.support.timezone)))
    said = _("Somebody says that they lost the second step of your account, and asked for this code on %(when)s.", when=at)
    not_me = _("If it was not you, there is nothing to do: without the code nothing happens. Give it to nobody.")
    return Mail("code", _("Your code"), [said], not_me, code=code)
