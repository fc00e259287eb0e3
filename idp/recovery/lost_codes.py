"""Sends the codes that were asked for by people who lost a second factor. The worker's part: no page waits for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from idp.brands.brand import Brand, zone_of
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus, CodeSent, CodeWithheld
from idp.core.language import _, speaking
from idp.factors.mail_code import MailCode
from idp.factors.sent_code import LIFETIME, Place, SentCodes
from idp.recovery.lost_asks import Ask, LostAsks
from idp.recovery.lost_reach import Reach
from idp.signin.code_messages import CodeMessages
from idp.signin.contacts import Target
from idp.signin.sending_quotas import SendQuotas, Used
from idp.subjects.subjects import Subject, Subjects
from idp.web.formats import moment
from idp.web.mails import Mail, branded, post


@dataclass(frozen=True, slots=True)
class LostCodes:
    """Collaborators. A code counts in the interaction that asked for it, so none is sent after its `lifetime`."""

    database: Database
    clock: Clock
    bus: Bus
    asks: LostAsks
    subjects: Subjects
    reach: Reach
    codes: SentCodes
    quotas: SendQuotas
    messages: CodeMessages
    lifetime: timedelta

    def answer(self, batch: int) -> int:
        """Answers up to `batch` asks, the oldest first; returns how many were there. Raises `Unavailable` with a store."""
        with self.database.reading() as db:
            waiting = self.asks.waiting(db, self.clock.now() - self.lifetime, batch)
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
        used = self.quotas.use(Place(_counted_as(ask), subject.id, ask.interaction_id), target.address, ask.source)
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
        payload = branded(self.messages.templates, brand, target.address, mail, now)
        post(db, self.messages.keyring, self.clock, payload, until=now + LIFETIME)

    def _withheld(self, db: Connection, ask: Ask, subject: Subject, because: str) -> None:
        refused = CodeWithheld(subject_id=subject.id, brand=ask.brand, outcome="refused", reason=because, kind=ask.kind)
        self.bus.record(db, refused)


def _counted_as(ask: Ask) -> str:
    # Strangers ask for codes by mail: what they use up is what the owner needs neither at a sign-in, nor after a first proof.
    if ask.kind != MailCode.kind:
        return ask.kind
    return f"{'proven' if ask.proven else 'lost'}_{ask.kind}"


def carrying(brand: Brand, code: str, now: datetime) -> Mail:
    """The mail that carries a code."""
    at = moment(now.astimezone(zone_of(brand)))
    said = _("Somebody says that they lost the second step of your account, and asked for this code on %(when)s.", when=at)
    not_me = _("If it was not you, there is nothing to do: without the code nothing happens. Give it to nobody.")
    return Mail("code", _("Your code"), [said], not_me, code=code)
