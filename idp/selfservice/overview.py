"""What a customer signs in with, as cards: the state of each thing first, and one action."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.core.language import _
from idp.factors.mail_code import MailCode
from idp.factors.password import Password
from idp.factors.recovery_codes import CODES, FEW, RecoveryCodes
from idp.recovery.lost import LostResets
from idp.selfservice.lost_pages import PAGE as LOST
from idp.selfservice.moments import last_used
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
        "Passkeys",
        "Sign in with your fingerprint, your face or the lock of your device, and no password.",
        f"{HOME}/passkeys",
        "See your passkeys",
        "Add a passkey",
    ),
    Kind(
        "totp",
        "Authenticator apps",
        "A code from an app on your phone, asked after your password.",
        f"{HOME}/apps",
        "See your authenticator apps",
        "Add an authenticator app",
    ),
    Kind(
        "text_code",
        "Codes by text",
        "A code sent to your phone, asked after your password. Payments ask for more.",
        f"{HOME}/text",
        "Change codes by text",
        "Turn on codes by text",
    ),
    Kind(
        "mail_code",
        "Codes by e-mail",
        "A code sent to your e-mail, asked after your password. Payments ask for more.",
        f"{HOME}/mail",
        "Change codes by e-mail",
        "Turn on codes by e-mail",
    ),
)
BACKUP, KNOWN = f"{HOME}/recovery-codes", f"{HOME}/browsers"
STRONG_FIRST = "First add a passkey or an authenticator app"


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
                yield Card(kind.heading, self._state(owner, mine, now), kind.about, address, action)
            else:
                yield Card(kind.heading, f"{STRONG_FIRST}.", kind.about, "", "")

    def _state(self, owner: Owner, mine: list[Authenticator], now: datetime) -> str:
        if not mine:
            return "None yet"
        latest = max(mine, key=lambda one: (one.last_used_at is not None, one.last_used_at or one.created_at))
        return f"{len(mine)}, {last_used(latest.last_used_at, now, self.own.zone(owner))} ({latest.label})"

    def _codes(self, db: Connection, owner: Owner) -> Card:
        made, left = self.recovery_codes.made_at(db, owner.subject.id), self.recovery_codes.left(db, owner.subject.id)
        about = "For when your phone or your passkey is lost. Each code works once."
        state = f"{left} of {CODES} left" if made else "None yet"
        warning = "Make new ones before you run out." if made and left <= FEW else ""
        if not has_strong(db, owner.subject.id):
            return Card("Recovery codes", state, f"{STRONG_FIRST}: the codes stand in for it.", "", "")
        return Card(
            "Recovery codes", state, about, BACKUP, "See your recovery codes" if made else "Make recovery codes", warning
        )

    def _browsers(self, db: Connection, owner: Owner, now: datetime) -> Card:
        browsers = known_browsers.of(db, owner.subject.id, now)
        trusted = sum(browser.is_trusted(now) for browser in browsers)
        state = f"{len(browsers) or 'None'} remembered"
        if self.own.gate.policy(owner.brand).trusted_browser_days:
            state = f"{state}, {trusted or 'none'} trusted"
        about = "Where you have signed in before. If you do not know one of them, forget it."
        return Card("Browsers", state, about, KNOWN, "See your browsers")
