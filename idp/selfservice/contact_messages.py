"""What is written about contacts: the code to a new address, the word to whoever has it already, the way back to the old."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.brands.brand import Brand
from idp.core.language import LANGUAGES, N_, _, speaking
from idp.core.outbox import enqueue
from idp.core.wishes import language_of
from idp.factors.text_code import TextCode
from idp.selfservice.contact_undos import EMAIL, PHONE
from idp.signin.code_messages import TEXT, CodeMessages
from idp.signin.masking import masked
from idp.subjects.phone_numbers import masked_number
from idp.subjects.subjects import Subject
from idp.web.mails import Mail, branded, post, where

# By what became of the contact.
EMAIL_CHANGED, PHONE_CHANGED = N_("Your e-mail address was changed"), N_("Your phone number was changed")
PHONE_ADDED, PHONE_REMOVED = N_("A phone number was added"), N_("Your phone number was removed")
BECOMES = {
    EMAIL: N_("With this code your e-mail address becomes %(new)s."),
    PHONE: N_("With this code your phone number becomes %(new)s."),
}
LABEL = N_("It wasn’t me: change it back")


@dataclass(frozen=True, slots=True)
class ContactMessages:
    """Writes into the outbox, in the caller's transaction. Links lead to `issuer`."""

    issuer: str
    messages: CodeMessages

    def confirm_email(self, db: Connection, brand: Brand, to: str, code: str, until: datetime) -> None:
        """The code to an address that is to become somebody's."""
        stranger = _("If it was not you, somebody mistyped their own address: there is nothing to do.")
        mail = Mail("contact_code", _("Confirm your e-mail address"), [self._asked_for(brand)], stranger, code=code)
        self._mail(db, brand, to, mail, until)

    def vouching(self, kind: str, value: str) -> Callable[[Connection, Brand, str, str, datetime], None]:
        """A writer of the code to a contact that is held: it says what the code is good for. `value` is empty for none."""

        def write(db: Connection, brand: Brand, to: str, code: str, until: datetime) -> None:
            shown = masked(value) if kind == EMAIL else masked_number(value)
            said = _(BECOMES[kind], new=shown) if value else _("With this code your phone number is removed.")
            stranger = _(
                "If it was not you, somebody knows your password: call us, the number is below. Give the code to nobody."
            )
            mail = Mail("code", _("Your code"), [said, self._asked_for(brand)], stranger, code=code)
            self._mail(db, brand, to, mail, until)

        return write

    def in_use(self, holder: str, locale: str | None) -> Callable[[Connection, Brand, str, str, datetime], None]:
        """A writer that tells the `holder` of the address, in their language and in place of the code, who wants it."""

        def write(db: Connection, brand: Brand, to: str, code: str, until: datetime) -> None:
            with speaking(language_of(locale, brand.languages)):
                safe = _("If it was not you, there is nothing to do. Nothing changed, and nobody was told of your account.")
                mail = Mail("contact_in_use", _("Somebody wanted your e-mail address"), [self._asked_for(brand)], safe)
                self._mail(db, brand, holder, mail)

        return write

    def speaking_to(self, holder: Subject, brand_id: str | None) -> AbstractContextManager[None]:
        """What is written meanwhile is in the language on file: whoever changes a contact may be somebody else."""
        brand = self.messages.brand(brand_id)
        return speaking(language_of(holder.locale, brand.languages if brand is not None else LANGUAGES))

    def email_changed(self, db: Connection, brand_id: str | None, old: str, new: str, handle: str) -> None:
        """To the old address: where we write now, and the way back."""
        brand = self.messages.brand(brand_id)
        if brand is not None:
            said = _("From now on we write to %(address)s.", address=masked(new))
            self._mail(db, brand, old, self._undo(brand, _(EMAIL_CHANGED), said, handle))

    def phone_changed(self, db: Connection, brand_id: str | None, to: str, old: str, new: str, handle: str) -> None:
        """To the e-mail address `to`: what became of the number, and the way back. Either number may be empty."""
        brand = self.messages.brand(brand_id)
        if brand is None:
            return
        title = (PHONE_CHANGED if old else PHONE_ADDED) if new else PHONE_REMOVED
        said = _("It is %(number)s now.", number=masked_number(new)) if new else _("We have no number of yours any more.")
        self._mail(db, brand, to, self._undo(brand, _(title), said, handle))

    def number_gone(self, db: Connection, brand_id: str | None, old: str) -> None:
        """To the number that was somebody's until now."""
        brand = self.messages.brand(brand_id)
        if brand is None or TextCode.kind not in self.messages.channels:
            return
        call = {"brand": brand.name, "phone": brand.support.phone}
        text = _("Your account at %(brand)s no longer uses this number. If this was not you, call us: %(phone)s", **call)
        enqueue(db, self.messages.keyring, TEXT, {"to": old, "text": text}, self.messages.clock, brand=brand.id)

    def _undo(self, brand: Brand, title: str, said: str, handle: str) -> Mail:
        action = {"url": f"{self.issuer}/undo/{handle}", "label": _(LABEL)}
        return Mail("contact_changed", title, [said, self._where(brand)], _("If it was you, there is nothing to do."), action)

    def _asked_for(self, brand: Brand) -> str:
        return _("Where it was asked for: %(where)s", where=self._where(brand))

    def _where(self, brand: Brand) -> str:
        return where(brand, self.messages.clock.now())

    def _mail(self, db: Connection, brand: Brand, to: str, mail: Mail, until: datetime | None = None) -> None:
        ours = self.messages
        post(db, ours.keyring, ours.clock, branded(ours.templates, brand, to, mail, ours.clock.now()), until=until)
