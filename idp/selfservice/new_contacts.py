"""E-mail address and phone number, exchanged: with the way back, the word to the old contact, and the event that ends the rest.

Each belongs into the transaction of a change in which the new contact's code was spent.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.core.account_events import EmailChanged, PhoneChanged
from idp.core.errors import Refused
from idp.core.events import AuthenticatorRemoved, Bus
from idp.factors.text_code import TextCode
from idp.selfservice import contact_undos
from idp.selfservice.contact_messages import ContactMessages
from idp.selfservice.contact_undos import EMAIL, PHONE
from idp.selfservice.own import Owner
from idp.subjects import details
from idp.subjects.authenticators import of, remove
from idp.subjects.names import name_key
from idp.subjects.phone_numbers import mobile_number
from idp.subjects.subjects import Subject, Subjects


@dataclass(frozen=True, slots=True)
class NewContacts:
    """Collaborators."""

    bus: Bus
    subjects: Subjects
    text_code: TextCode
    messages: ContactMessages

    def email(self, db: Connection, owner: Owner, email: str, now: datetime) -> bool:
        """Makes `email`, which its code confirmed, the owner's; False where it is somebody else's by now."""
        held, closed_names = self._hold(db, owner), self.subjects.closed_names
        if contact_undos.is_kept(db, email, held.id, now) or not details.set_email(db, closed_names, held, email, now):
            return False
        # An address that nobody confirmed may be a stranger's: it gets no say in the account.
        if held.email_verified and name_key(held.email) != name_key(email):
            handle = contact_undos.offer(db, held.id, EMAIL, held.email, owner.brand, now)
            with self.messages.speaking_to(held, owner.brand):
                self.messages.email_changed(db, owner.brand, held.email, email, handle)
        self.bus.record(db, EmailChanged(**owner.by))
        return True

    def phone(self, db: Connection, owner: Owner, number: str | None, now: datetime) -> None:
        """Makes `number`, which its code confirmed, the owner's; None: they have none from now on.

        Codes by text that went to the old number go to the new one: to their owner it is one number.
        """
        held = self._hold(db, owner)
        written, confirmed = details.phone_of(held.claims)
        old = mobile_number(written) or ""
        codes = bool(old) and self.text_code.number(db, held.id) == old
        details.set_phone(db, held, number, now)
        if codes and number is not None and number != old:
            self.text_code.enrol(db, held.id, number, now)
        if codes and number is None:
            self._turn_off(db, owner, now)
        if number != old:
            with self.messages.speaking_to(held, owner.brand):
                self._tell(db, owner, held, number or "", codes, now)
                if old and confirmed:
                    self.messages.number_gone(db, owner.brand, old)
        self.bus.record(db, PhoneChanged(**owner.by, reason="" if number is not None else "removed"))

    def _hold(self, db: Connection, owner: Owner) -> Subject:
        """The subject, whom nobody else changes meanwhile. Raises `Refused` where they were disabled."""
        held = self.subjects.hold(db, owner.subject.id)
        if held is None or held.disabled:
            raise Refused("not_signed_in", because="the subject was disabled while a contact was changed")
        return held

    def _tell(self, db: Connection, owner: Owner, held: Subject, new: str, codes: bool, now: datetime) -> None:
        if not held.email_verified:
            return
        old, confirmed = details.phone_of(held.claims)
        handle = contact_undos.offer(
            db, held.id, PHONE, old, owner.brand, now, told=held.email, codes=codes, confirmed=confirmed
        )
        self.messages.phone_changed(db, owner.brand, held.email, old, new, handle)

    def _turn_off(self, db: Connection, owner: Owner, now: datetime) -> None:
        for one in of(db, owner.subject.id, TextCode.kind):
            if remove(db, one.id, now):
                self.bus.record(db, AuthenticatorRemoved(**owner.by, kind=one.kind, authenticator_id=one.id))
