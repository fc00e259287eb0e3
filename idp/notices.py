"""Notices: mail to the subject about what happened to their account, in the brand's name and dress.

A notice is enqueued in the transaction of what it tells, so nobody is told of what never happened.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from jinja2 import Environment
from sqlalchemy import Connection

from idp.brands.brand import Brand, zone_of
from idp.brands.registry import Brands
from idp.core.account_events import ContactUndone, EmailChanged, NameChanged
from idp.core.clock import Clock
from idp.core.events import (
    ActivationFinished,
    ActivationRefused,
    AuthenticatorEnrolled,
    AuthenticatorRemoved,
    BrowserForgotten,
    Event,
    PasswordChanged,
    PasswordLocked,
    RecoveryCodesRenewed,
    SecondStepProven,
    SignedIn,
    TrustWithdrawn,
)
from idp.core.language import N_, _, ngettext, speaking
from idp.core.sealing import Keyring
from idp.core.staff_events import RoleGranted, RoleRevoked
from idp.core.wishes import language_of
from idp.factors.recovery_codes import FEW, RecoveryCodes
from idp.signin import unlock_links
from idp.signin.brand_of import brand_of
from idp.subjects.subjects import Subjects
from idp.web.formats import on
from idp.web.mails import Mail, branded, post, where

# What its owner is told when something changed, by event and by kind of factor. The names that people give to things stay
# out of it: who is in somebody's account must not be able to write into our mails.
CHANGES: Mapping[tuple[type[Event], str], str] = {
    (AuthenticatorEnrolled, "passkey"): N_("A passkey was added"),
    (AuthenticatorEnrolled, "totp"): N_("An authenticator app was added"),
    (AuthenticatorEnrolled, "text_code"): N_("Codes by text were turned on"),
    (AuthenticatorEnrolled, "mail_code"): N_("Codes by e-mail were turned on"),
    (EmailChanged, ""): N_("Your e-mail address was changed"),
    (NameChanged, ""): N_("Your name was changed"),
    (ContactUndone, ""): N_("Your contacts are as they were before"),
    (ActivationFinished, "created"): N_("Online access was activated"),
    (ActivationFinished, "added"): N_("An agreement was added"),
    (PasswordChanged, ""): N_("Your password was changed"),
    (AuthenticatorRemoved, "passkey"): N_("A passkey was removed"),
    (AuthenticatorRemoved, "totp"): N_("An authenticator app was removed"),
    (AuthenticatorRemoved, "text_code"): N_("Codes by text were turned off"),
    (AuthenticatorRemoved, "mail_code"): N_("Codes by e-mail were turned off"),
    (RecoveryCodesRenewed, ""): N_("New recovery codes were made"),
    (BrowserForgotten, ""): N_("Browsers were forgotten"),
    (TrustWithdrawn, ""): N_("A browser is no longer trusted"),
    (RoleGranted, ""): N_("A role of the staff was given to you"),
    (RoleRevoked, ""): N_("A role of the staff was taken from you"),
}
NEW_BROWSER = N_("A new browser signed in")
NO_CODES = N_("No recovery codes left")
CALL_AT_ONCE = N_("If this was not you, call us at once: the number is below.")


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
        brand = self.brand_of(db, event.subject_id, event.brand)
        if brand is not None:
            self._send(db, event.subject_id, brand, partial(self.changed, brand, "signed_in_new_device", NEW_BROWSER))

    def when_changed(self, db: Connection, event: Event) -> None:
        """Something that one signs in with changed. Told in the dress of the event's brand, or of one the subject is at."""
        title = CHANGES[type(event), getattr(event, "kind", "")]
        brand = self.brand_of(db, event.subject_id, event.brand)
        if brand is not None and event.subject_id is not None:
            self._send(db, event.subject_id, brand, partial(self.changed, brand, "account_changed", title))

    def when_activation_refused(self, db: Connection, event: Event) -> None:
        """Somebody tried to activate an agreement that has online access: most often its owner, who forgot."""
        brand = self.brand_of(db, event.subject_id, event.brand)
        if not isinstance(event, ActivationRefused) or event.reason != "active" or brand is None or event.subject_id is None:
            return
        self._send(db, event.subject_id, brand, partial(self.already_active, brand))

    def when_step_proven(self, db: Connection, event: Event) -> None:
        """A recovery code was used, and few are left."""
        brand = self.brand_of(db, event.subject_id, event.brand)
        if not isinstance(event, SecondStepProven) or event.kind != RecoveryCodes.kind or event.subject_id is None:
            return
        left = self.recovery_codes.left(db, event.subject_id)
        if brand is None or left > FEW:
            return
        self._send(db, event.subject_id, brand, partial(self.few_codes, brand, left))

    def when_locked(self, db: Connection, event: Event) -> None:
        """A lock fell: its owner is told at most once a day, with a link that opens it."""
        brand, now = self.brand_of(db, event.subject_id, event.brand), self.clock.now()
        if not isinstance(event, PasswordLocked) or brand is None or event.subject_id is None:
            return
        handle = unlock_links.offer(db, event.subject_id, brand.id, now)
        if handle is None:
            return
        self._send(db, event.subject_id, brand, partial(self.locked, brand, handle))

    def changed(self, brand: Brand, template: str, title: str) -> Mail:
        """Something changed: `title` says what, in the mail `template`."""
        return Mail(template, _(title), [self._where(brand)], _(CALL_AT_ONCE))

    def few_codes(self, brand: Brand, left: int) -> Mail:
        """So many recovery codes are `left`."""
        title = ngettext("%(num)d recovery code left", "%(num)d recovery codes left", left) if left else _(NO_CODES)
        used = _("You used a recovery code: %(where)s", where=self._where(brand))
        advice = _("Sign in as always, open “Sign-in and security” and make new ones.")
        return Mail("few_recovery_codes", title, [used, advice], _(CALL_AT_ONCE))

    def locked(self, brand: Brand, handle: str) -> Mail:
        """A lock fell; the link with `handle` opens it."""
        tried = _("There were several wrong passwords for your account, the last %(when)s.", when=self._when(brand))
        return Mail(
            "password_locked",
            _("Signing in with your password is on hold"),
            [tried, _("We take no more passwords where they came from for now.")],
            _("If it was not you, say so on the same page, or call us: the number is below."),
            {"url": f"{self.issuer}/unlock/{handle}", "label": _("Say whether it was you")},
        )

    def tell(
        self,
        db: Connection,
        subject_id: str,
        brand_id: str | None,
        written: Callable[[Brand], Mail],
        also: tuple[str, ...] = (),
    ) -> None:
        """Sends the subject what is `written`, in their language, in the name of this brand, or of one that knows them.

        It goes to the addresses in `also` too.
        """
        brand = self.brand_of(db, subject_id, brand_id)
        if brand is not None:
            self._send(db, subject_id, brand, partial(written, brand), also)

    def brand_of(self, db: Connection, subject_id: str | None, brand_id: str | None) -> Brand | None:
        """In whose name the subject is told something that began at this brand."""
        return brand_of(db, self.brands, self.subjects, brand_id, subject_id)

    def already_active(self, brand: Brand) -> Mail:
        """Online access was asked for where there is some."""
        paragraphs = [
            _("Online access was asked for again, for an agreement of yours: %(where)s", where=self._where(brand)),
            _("There is nothing to activate. Sign in with your username or e-mail; there you find help too, if you forgot it."),
        ]
        return Mail("already_active", _("You already have online access"), paragraphs, _(CALL_AT_ONCE))

    def _where(self, brand: Brand) -> str:
        return where(brand, self.clock.now())

    def _when(self, brand: Brand) -> str:
        return on(self.clock.now().astimezone(zone_of(brand)))

    def _send(
        self, db: Connection, subject_id: str, brand: Brand, write: Callable[[], Mail], also: tuple[str, ...] = ()
    ) -> None:
        subject = self.subjects.get(db, subject_id)
        if subject is None:
            return
        for to in dict.fromkeys((subject.email, *also) if subject.email_verified else also):
            # Not in the language of the page: whoever is there may be somebody else.
            with speaking(language_of(subject.locale, brand.languages)):
                payload = branded(self.templates, brand, to, write(), self.clock.now())
            post(db, self.keyring, self.clock, payload, about=subject_id)
