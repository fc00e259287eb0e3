"""Sign-in and security: what a customer has enrolled, each with its state first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from werkzeug.wrappers import Response

from idp.factors.recovery_codes import CODES, FEW, RecoveryCodes
from idp.selfservice.moments import last_used
from idp.selfservice.own import HOME, Own, Owner
from idp.sessions import known_browsers
from idp.signin.giving_up import STANDS_FOR
from idp.subjects.authenticators import Authenticator, of
from idp.web.routes import Guard, Route


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
class SecurityPages:
    """The page that shows and changes nothing. `offered` are the addresses of the pages that its cards can lead to."""

    own: Own
    recovery_codes: RecoveryCodes
    offered: frozenset[str]

    def routes(self) -> tuple[Route, ...]:
        """Its address."""
        return (Route(HOME, "own_security", self.show, guard=Guard.PAGE),)

    def show(self) -> Response:
        """GET: the state of everything one signs in with."""
        owner = self.own.enter(HOME)
        if not isinstance(owner, Owner):
            return owner
        now = self.own.clock.now()
        with self.own.database.reading() as db:
            enrolled = of(db, owner.subject.id)
            cards = (*self._factors(owner, enrolled, now), self._codes(db, owner, enrolled), self._browsers(db, owner, now))
        alone = not any(one.kind in STANDS_FOR for one in enrolled)
        return self.own.page("selfservice/security.html", owner, cards=cards, alone=alone)

    def _factors(self, owner: Owner, enrolled: Iterable[Authenticator], now: datetime) -> Iterable[Card]:
        accepted = self.own.gate.policy(owner.brand).second_steps
        for kind in KINDS:
            mine = [one for one in enrolled if one.kind == kind.kind]
            # What a brand does not accept is not offered; who has it from another brand still sees it.
            address = kind.address if kind.address in self.offered else ""
            if mine or (address and kind.kind in accepted):
                yield Card(
                    kind.heading, self._state(owner, mine, now), kind.about, address, kind.action if mine else kind.first
                )

    def _state(self, owner: Owner, mine: list[Authenticator], now: datetime) -> str:
        if not mine:
            return "None yet"
        latest = max(mine, key=lambda one: (one.last_used_at is not None, one.last_used_at or one.created_at))
        return f"{len(mine)}, {last_used(latest.last_used_at, now, self.own.zone(owner))} ({latest.label})"

    def _codes(self, db: Connection, owner: Owner, enrolled: Iterable[Authenticator]) -> Card:
        made, left = self.recovery_codes.made_at(db, owner.subject.id), self.recovery_codes.left(db, owner.subject.id)
        strong = any(one.kind in STANDS_FOR for one in enrolled)
        about = "For when your phone or your passkey is lost. Each code works once."
        state = f"{left} of {CODES} left" if made else "None yet"
        warning = "Make new ones before you run out." if made and left <= FEW else ""
        if not strong:
            return Card(
                "Recovery codes", state, "First add a passkey or an authenticator app: the codes stand in for it.", "", ""
            )
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
