"""Notices: mail to the subject about what happened to their account, in the brand's name and dress.

A notice is enqueued in the transaction of what it tells, so nobody is told of what never happened.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from jinja2 import Environment
from sqlalchemy import Connection

from idp.brands.brand import Brand
from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.core.devices import in_words
from idp.core.events import (
    AuthenticatorEnrolled,
    AuthenticatorRemoved,
    BrowserForgotten,
    ContactUndone,
    EmailChanged,
    Event,
    NameChanged,
    PasswordChanged,
    PasswordLocked,
    RecoveryCodesRenewed,
    SecondStepProven,
    SignedIn,
    TrustWithdrawn,
)
from idp.core.language import N_
from idp.core.origin import current_origin
from idp.core.outbox import enqueue
from idp.core.sealing import Keyring
from idp.factors.recovery_codes import FEW, RecoveryCodes
from idp.signin import unlock_links
from idp.subjects.subjects import Subjects
from idp.web.mails import Mail, branded

MAIL = "mail"
# What its owner is told when something changed, by event and by kind of factor. The names that people give to things stay
# out of it: who is in somebody's account must not be able to write into our mails.
CHANGES: Mapping[tuple[type[Event], str], str] = {
    (AuthenticatorEnrolled, "passkey"): "A passkey was added",
    (AuthenticatorEnrolled, "totp"): "An authenticator app was added",
    (AuthenticatorEnrolled, "text_code"): "Codes by text were turned on",
    (AuthenticatorEnrolled, "mail_code"): "Codes by e-mail were turned on",
    (EmailChanged, ""): N_("Your e-mail address was changed"),
    (NameChanged, ""): N_("Your name was changed"),
    (ContactUndone, ""): N_("Your contacts are as they were before"),
    (PasswordChanged, ""): N_("Your password was changed"),
    (AuthenticatorRemoved, "passkey"): "A passkey was removed",
    (AuthenticatorRemoved, "totp"): "An authenticator app was removed",
    (AuthenticatorRemoved, "text_code"): "Codes by text were turned off",
    (AuthenticatorRemoved, "mail_code"): "Codes by e-mail were turned off",
    (RecoveryCodesRenewed, ""): "New recovery codes were made",
    (BrowserForgotten, ""): "Browsers were forgotten",
    (TrustWithdrawn, ""): "A browser is no longer trusted",
}
CALL_AT_ONCE = "If this was not you, call us at once: the number is below."


@dataclass(frozen=True, slots=True)
class Notices:
    """A subscriber. `templates` renders `mail/…`, as text and as HTML; links in mails lead to `issuer`."""

    issuer: str
    brands: Brands
    subjects: Subjects
    recovery_codes: RecoveryCodes
    keyring: Keyring
    clock: Clock
    templates: Environment

    def when_signed_in(self, db: Connection, event: Event) -> None:
        """A browser that this subject never used before: told every time, so that the one time it matters is seen."""
        if not isinstance(event, SignedIn) or not event.new_device or event.subject_id is None:
            return
        brand = self._brand(db, event)
        if brand is not None:
            mail = Mail("signed_in_new_device", "A new browser signed in", [self._where(brand)], CALL_AT_ONCE)
            self._send(db, event.subject_id, brand, mail)

    def when_changed(self, db: Connection, event: Event) -> None:
        """Something that one signs in with changed. Told in the dress of the event's brand, or of one the subject is at."""
        title = CHANGES[type(event), getattr(event, "kind", "")]
        brand = self._brand(db, event)
        if brand is not None and event.subject_id is not None:
            self._send(db, event.subject_id, brand, Mail("account_changed", title, [self._where(brand)], CALL_AT_ONCE))

    def when_step_proven(self, db: Connection, event: Event) -> None:
        """A recovery code was used, and few are left."""
        brand = self._brand(db, event)
        if not isinstance(event, SecondStepProven) or event.kind != RecoveryCodes.kind or event.subject_id is None:
            return
        left = self.recovery_codes.left(db, event.subject_id)
        if brand is None or left > FEW:
            return
        title = f"{left or 'No'} recovery code{'' if left == 1 else 's'} left"
        paragraphs = [f"You used a recovery code: {self._where(brand)}"]
        paragraphs += ["Sign in as always, open “Sign-in and security” and make new ones."]
        self._send(db, event.subject_id, brand, Mail("few_recovery_codes", title, paragraphs, CALL_AT_ONCE))

    def when_locked(self, db: Connection, event: Event) -> None:
        """A lock fell: its owner is told at most once a day, with a link that opens it."""
        brand, now = self._brand(db, event), self.clock.now()
        if not isinstance(event, PasswordLocked) or brand is None or event.subject_id is None:
            return
        handle = unlock_links.offer(db, event.subject_id, brand.id, now)
        if handle is None:
            return
        at = now.astimezone(ZoneInfo(brand.support.timezone))
        paragraphs = [f"There were several wrong passwords for your account, the last on {at:%-d %B %Y at %H:%M} ({at:%Z})."]
        paragraphs += ["We take no more passwords where they came from for now."]
        not_me = "If it was not you, say so on the same page, or call us: the number is below."
        action = {"url": f"{self.issuer}/unlock/{handle}", "label": "Say whether it was you"}
        title = "Signing in with your password is on hold"
        self._send(db, event.subject_id, brand, Mail("password_locked", title, paragraphs, not_me, action))

    def tell(self, db: Connection, subject_id: str, brand_id: str | None, written: Callable[[Brand], Mail]) -> None:
        """Sends the subject what is `written` in the name of this brand, or of one that knows them."""
        brand = self.brand_of(db, subject_id, brand_id)
        if brand is not None:
            self._send(db, subject_id, brand, written(brand))

    def brand_of(self, db: Connection, subject_id: str, brand_id: str | None) -> Brand | None:
        """In whose name the subject is told something that began at this brand."""
        return self._brand(db, Event(subject_id=subject_id, brand=brand_id))

    def _where(self, brand: Brand) -> str:
        at = self.clock.now().astimezone(ZoneInfo(brand.support.timezone))
        return f"{in_words(current_origin().device)}, on {at:%-d %B %Y at %H:%M} ({at:%Z})."

    def _brand(self, db: Connection, event: Event) -> Brand | None:
        """In whose name it is told: for who came to our pages by themselves, a brand that knows them, or else any."""
        brands, subject_id = self.brands.all(), event.subject_id
        known = (b for b in brands if subject_id and self.subjects.customer_number(db, subject_id, b.id))
        return self.brands.get(event.brand) or next(known, next(iter(brands), None))

    def _send(self, db: Connection, subject_id: str, brand: Brand, mail: Mail) -> None:
        subject = self.subjects.get(db, subject_id)
        if subject is None or not subject.email_verified:
            return
        payload = branded(self.templates, brand, subject.email, mail, self.clock.now())
        enqueue(db, self.keyring, MAIL, payload, self.clock, target=subject.email.rpartition("@")[2])
