"""What a customer signs in with, as cards: the state of each thing first, and one action."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.core.language import N_, _, ngettext
from idp.factors.mail_code import MailCode
from idp.factors.password import Password
from idp.factors.recovery_codes import CODES, FEW, RecoveryCodes
from idp.recovery.lost import LostResets
from idp.selfservice.lost_pages import PAGE as LOST
from idp.selfservice.moments import day, last_used
from idp.selfservice.own import HOME, Own, Owner
from idp.sessions import known_browsers
from idp.signin.giving_up import STANDS_FOR, has_strong, is_strong
from idp.subjects.authenticators import Authenticator, kinds, of
from idp.web.formats import moment


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of factor that one may have several of: how its card is headed, what it is for, where its page is."""

    kind: str
    heading: str
    about: str
    address: str
    action: str
    first: str


KINDS = (
    Kind(
        "passkey",
        N_("Passkeys"),
        N_("Sign in with your fingerprint, your face or the lock of your device, and no password."),
        f"{HOME}/passkeys",
        N_("See your passkeys"),
        N_("Add a passkey"),
    ),
    Kind(
        "totp",
        N_("Authenticator apps"),
        N_("A code from an app on your phone, asked after your password."),
        f"{HOME}/apps",
        N_("See your authenticator apps"),
        N_("Add an authenticator app"),
    ),
    Kind(
        "text_code",
        N_("Codes by text"),
        N_("A code sent to your phone, asked after your password. Payments ask for more."),
        f"{HOME}/text",
        N_("Change codes by text"),
        N_("Turn on codes by text"),
    ),
    Kind(
        "mail_code",
        N_("Codes by e-mail"),
        N_("A code sent to your e-mail, asked after your password. Payments ask for more."),
        f"{HOME}/mail",
        N_("Change codes by e-mail"),
        N_("Turn on codes by e-mail"),
    ),
)
PASSWORD = "/account/password"
BACKUP, KNOWN = f"{HOME}/recovery-codes", f"{HOME}/browsers"
STRONG_FIRST = N_("First add a passkey or an authenticator app.")
NONE = N_("None yet")


@dataclass(frozen=True, slots=True)
class Card:
    """One thing: its state first, a warning where something should be done, and one action; no `address`: none."""

    heading: str
    state: str
    about: str
    address: str
    action: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """What there is to see. `offered` are the addresses of the pages that its cards can lead to."""

    own: Own
    recovery_codes: RecoveryCodes
    resets: LostResets
    offered: frozenset[str]

    def cards(self, owner: Owner) -> tuple[Card, ...]:
        """One card for each kind of thing."""
        now = self.own.clock.now()
        with self.own.database.reading() as db:
            enrolled = of(db, owner.subject.id)
            return (
                *self._lost(db, owner),
                self._password(owner, enrolled, now),
                *self._factors(owner, enrolled, now),
                self._codes(db, owner),
                self._browsers(db, owner, now),
            )

    def is_password_alone(self, owner: Owner) -> bool:
        """Whether nothing but the password protects the account."""
        with self.own.database.reading() as db:
            return kinds(db, owner.subject.id) <= {Password.kind}

    def _lost(self, db: Connection, owner: Owner) -> Iterable[Card]:
        reset = self.resets.running(db, owner.subject.id)
        if reset is not None:
            when = moment(reset.ready_at.astimezone(self.own.zone(owner)))
            state, about = _("About to be removed"), _("Somebody proved to be you and said that it is lost.")
            warning = _("It can be removed after %(when)s. If it was not you, stop it now.", when=when)
            yield Card(_("Your second step"), state, about, LOST, _("See more, or stop it"), warning)

    def _password(self, owner: Owner, enrolled: tuple[Authenticator, ...], now: datetime) -> Card:
        chosen = [one.created_at for one in enrolled if one.kind == Password.kind]
        state = _("Last changed %(day)s", day=day(chosen[0], now, self.own.zone(owner))) if chosen else _("None yet")
        about = _("Change it when somebody may know it. There is no need to do so from time to time.")
        return Card(_("Password"), state, about, PASSWORD, _("Change your password"))

    def _factors(self, owner: Owner, enrolled: tuple[Authenticator, ...], now: datetime) -> Iterable[Card]:
        accepted = self.own.gate.policy(owner.brand).second_steps
        strong = any(map(is_strong, enrolled))
        for kind in KINDS:
            mine = [one for one in enrolled if one.kind == kind.kind]
            # What a brand does not accept is not offered; who has it from another brand still sees it.
            address = kind.address if kind.address in self.offered else ""
            reached = kind.kind != MailCode.kind or owner.subject.email_verified
            if not mine and not (address and kind.kind in accepted and reached):
                continue
            if mine or strong or kind.kind in STANDS_FOR:
                action = kind.action if mine else kind.first
                yield Card(_(kind.heading), self._state(owner, mine, now), _(kind.about), address, _(action))
            else:
                yield Card(_(kind.heading), _(STRONG_FIRST), _(kind.about), "", "")

    def _state(self, owner: Owner, mine: list[Authenticator], now: datetime) -> str:
        if not mine:
            return _(NONE)
        latest = max(mine, key=lambda one: (one.last_used_at is not None, one.last_used_at or one.created_at))
        used = last_used(latest.last_used_at, now, self.own.zone(owner))
        return _("%(number)s, %(used)s (%(name)s)", number=len(mine), used=used, name=latest.label)

    def _codes(self, db: Connection, owner: Owner) -> Card:
        made, left = self.recovery_codes.made_at(db, owner.subject.id), self.recovery_codes.left(db, owner.subject.id)
        about = _("For when your phone or your passkey is lost. Each code works once.")
        state = _("%(left)s of %(all)s left", left=left, all=CODES) if made else _(NONE)
        warning = _("Make new ones before you run out.") if made and left <= FEW else ""
        if not has_strong(db, owner.subject.id):
            first = _("First add a passkey or an authenticator app: the codes stand in for it.")
            return Card(_("Recovery codes"), state, first, "", "")
        action = _("See your recovery codes") if made else _("Make recovery codes")
        return Card(_("Recovery codes"), state, about, BACKUP, action, warning)

    def _browsers(self, db: Connection, owner: Owner, now: datetime) -> Card:
        browsers = known_browsers.of(db, owner.subject.id, now)
        trusted = sum(browser.is_trusted(now) for browser in browsers)
        state = ngettext("%(num)d remembered", "%(num)d remembered", len(browsers)) if browsers else _("None remembered")
        if self.own.gate.policy(owner.brand).trusted_browser_days and browsers:
            of_these = ngettext("%(num)d trusted", "%(num)d trusted", trusted) if trusted else _("none trusted")
            state = _("%(remembered)s, %(trusted)s", remembered=state, trusted=of_these)
        about = _("Where you have signed in before. If you do not know one of them, forget it.")
        return Card(_("Browsers"), state, about, KNOWN, _("See your browsers"))
