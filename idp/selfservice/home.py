"""The home of one's own account, as cards: the state of each thing first, and one action."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from idp.core.language import _, ngettext
from idp.core.sealing import Keyring
from idp.factors.password import Password
from idp.selfservice.activity import happenings
from idp.selfservice.connected import Connected
from idp.selfservice.moments import day, moment
from idp.selfservice.overview import Card
from idp.selfservice.own import ACCOUNT, HOME, Own, Owner
from idp.sessions import listing
from idp.signin.masking import masked
from idp.subjects.authenticators import of

# The code that a subject reads to an agent at a moment, if one is shown to them.
OnThePhone = Callable[[Connection, str, datetime], str | None]


@dataclass(frozen=True, slots=True)
class Home:
    """What there is. `offered` are the addresses of the pages that its cards can lead to."""

    own: Own
    connected: Connected
    keyring: Keyring
    offered: frozenset[str]
    on_the_phone: OnThePhone

    def caller_code(self, owner: Owner) -> str:
        """The code that they read to our agent, while they are on the phone with us; empty otherwise."""
        with self.own.database.reading() as db:
            code = self.on_the_phone(db, owner.subject.id, self.own.clock.now()) or ""
        return f"{code[:3]} {code[3:]}".strip()

    def cards(self, owner: Owner) -> tuple[Card, ...]:
        """One card for each part of the account that has a page."""
        with self.own.database.reading() as db:
            every = (*self._sign_in(db, owner), *self._use(db, owner), *self._leaving())
            agreement = tuple(self._agreement(db, owner))
        return (*agreement, *(card for card in every if card.address in self.offered))

    def _agreement(self, db: Connection, owner: Owner) -> Iterable[Card]:
        """Whoever has no agreement at the brand they came from can add it."""
        brand = self.own.gate.brands.get(owner.brand)
        if brand is None or brand.account_api is None:
            return
        if self.own.subjects.customer_number(db, owner.subject.id, brand.id) is None:
            yield Card(
                _("Your agreement"),
                _("None added at %(brand)s", brand=brand.name),
                _("If you have one there, add it to this account: one sign-in for everything."),
                f"/activate?brand={brand.id}",
                _("Add your agreement"),
            )

    def _sign_in(self, db: Connection, owner: Owner) -> Iterable[Card]:
        enrolled, now = of(db, owner.subject.id), self.own.clock.now()
        chosen = [one.created_at for one in enrolled if one.kind == Password.kind]
        zone = self.own.zone(owner)
        yield Card(
            _("Sign-in and security"),
            _("Your password and more") if len(enrolled) > len(chosen) else _("Your password alone"),
            _("Passkeys, authenticator apps, codes and the browsers we remember."),
            HOME,
            _("See how you sign in"),
        )
        yield Card(
            _("Password"),
            _("Last changed %(day)s", day=day(chosen[0], now, zone)) if chosen else _("None yet"),
            _("Change it whenever you think that somebody may know it."),
            f"{ACCOUNT}/password",
            _("Change your password"),
        )
        yield Card(
            _("Your details"),
            masked(owner.subject.email),
            _("Your name, e-mail address, phone number and language."),
            f"{ACCOUNT}/details",
            _("See your details"),
        )

    def _use(self, db: Connection, owner: Owner) -> Iterable[Card]:
        now = self.own.clock.now()
        running = listing.count(db, owner.subject.id, now)
        yield Card(
            _("Sessions and devices"),
            ngettext("Signed in with %(num)d browser", "Signed in with %(num)d browsers", running),
            _("Where you are signed in now. You can end each, or all others."),
            f"{ACCOUNT}/sessions",
            _("See your sessions"),
        )
        latest = happenings(db, self.keyring, owner.subject.id, 1)
        told = [
            _("%(what)s, %(moment)s", what=_(one.words), moment=moment(one.at, now, self.own.zone(owner))) for one in latest
        ]
        yield Card(
            _("Activity"),
            told[0] if told else _("Nothing yet"),
            _("Sign-ins, refusals and changes. If something was not you, tell us there."),
            f"{ACCOUNT}/activity",
            _("See your activity"),
        )
        count = len(self.connected.applications(db, owner.subject.id))
        yield Card(
            _("Connected applications"),
            ngettext("%(num)d application allowed", "%(num)d applications allowed", count) if count else _("None allowed"),
            _("What they may see, and how to shut them out."),
            f"{ACCOUNT}/applications",
            _("See connected applications"),
        )

    def _leaving(self) -> Iterable[Card]:
        yield Card(
            _("Your data"),
            _("As one file"),
            _("Everything that we keep about you, to read or to take with you."),
            f"{ACCOUNT}/data",
            _("Download your data"),
        )
        yield Card(
            _("Close your account"),
            _("With 14 days to think again"),
            _("After that, everything personal is erased."),
            f"{ACCOUNT}/close",
            _("Close your account"),
        )
