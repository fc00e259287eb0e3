"""What a provider serves, wherever it runs: its customers, its clients, and browsers that come to it."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

import pyotp
from joserfc.jwk import ECKey

from idp.admin.rights import Post, Role
from idp.app import House
from idp.app.console import roles_of
from idp.clients.metadata import ClientMetadata
from idp.core.clock import Clock
from idp.factors.passkey import Registered
from idp.factors.totp import Enrolled
from idp.signin.attempt import Attempt, Attempts
from idp.signin.nudges import put_off
from idp.subjects.authenticators import use
from idp.subjects.proof import Proof
from idp.subjects.subjects import NewSubject, Subject
from tests.builders import ANA_PASSWORD
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.relying_party import RelyingParty
from tests.drivers.soft_authenticator import SoftAuthenticator

CLIENT_KEY = ECKey.generate_key("P-256", {"kid": "client", "use": "sig", "alg": "ES256"}, private=True)
DPOP_KEY = ECKey.generate_key("P-256", private=True)

_verifiers: dict[tuple[str, int, int], bytes] = {}


class Household:
    """Adds customers and clients through the house, opens browsers and relying parties at the application."""

    def __init__(self, house: House, app: WSGIApplication) -> None:
        self.house = house
        self.app = app
        self.issuer = house.ground.settings.issuer
        self.clock: Clock = house.ground.clock

    def browser(self, address: str = "127.0.0.1") -> Browser:
        return Browser(self.app, self.issuer, address)

    def add_customer(
        self, username: str = "ana", password: str = ANA_PASSWORD, numbers: dict[str, str] | None = None, **more: Any
    ) -> Subject:
        wanted = {"email": f"{username}@example.test", "email_verified": True, **more}
        new = NewSubject(username=username, numbers=numbers or {}, **wanted)
        verifier = self._verifier(password)
        with self.house.ground.database.transaction() as db:
            created = self.house.people.subjects.create(db, self.house.ground.bus, new, verifier, self.clock.now())
        assert isinstance(created, Subject), created
        return created

    def add_app(self, username: str = "ana") -> AuthenticatorApp:
        """Enrols an authenticator app for a customer, a minute ago, so that its code of now is unused."""
        house, before = self.house, self.clock.now() - timedelta(minutes=1)
        proposal = house.people.totp.propose(username, "Tests")
        with house.ground.database.transaction() as db:
            code = pyotp.TOTP(proposal.secret).at(before)
            enrolled = house.people.totp.confirm(db, self._id(username), proposal.secret, code, "Phone", before)
        assert isinstance(enrolled, Enrolled), enrolled
        return AuthenticatorApp(proposal.secret, self.clock)

    def add_recovery_codes(self, username: str = "ana") -> tuple[str, ...]:
        """Gives a customer ten codes."""
        with self.house.ground.database.transaction() as db:
            return self.house.people.recovery_codes.renew(db, self._id(username), self.clock.now())

    def add_phone(self, username: str = "ana", number: str = "+447700900118") -> None:
        """Turns codes by text on for a customer."""
        with self.house.ground.database.transaction() as db:
            self.house.people.text_code.enrol(db, self._id(username), number, self.clock.now())

    def add_mail_code(self, username: str = "ana") -> None:
        """Turns codes by mail on for a customer."""
        with self.house.ground.database.transaction() as db:
            self.house.people.mail_code.enrol(db, self._id(username), self.clock.now())

    def puts_off_the_offer(self, username: str = "ana") -> None:
        """A customer has just said "not now" to a second step, so that a password alone leads straight on."""
        with self.house.ground.database.transaction() as db:
            put_off(db, self._id(username), self.clock.now())

    def make_staff(self, username: str) -> None:
        """From now on a customer is one of the staff too."""
        house = self.house
        with house.ground.database.transaction() as db:
            assert house.people.subjects.set_staff(db, house.ground.bus, self._id(username), True, self.clock.now())

    def give_role(self, role: str, username: str = "ana", brand: str | None = None) -> None:
        """Makes somebody staff with a role; for all brands where none is named."""
        roles, ground = roles_of(self.house), self.house.ground
        with ground.database.transaction() as db:
            roles.grant(db, self._id(username), Post(Role(role), brand), ground.clock.now())

    def take_role(self, role: str, username: str = "ana", brand: str | None = None) -> None:
        """Takes a role from somebody."""
        roles, ground = roles_of(self.house), self.house.ground
        with ground.database.transaction() as db:
            roles.revoke(db, self._id(username), Post(Role(role), brand), ground.clock.now())

    def change_password(self, username: str, password: str) -> None:
        """The stored password becomes another one."""
        verifier = self.house.people.hasher.hash(password)
        with self.house.ground.database.transaction() as db:
            enrolled = self.house.people.password.enrolled(db, self._id(username))
            assert enrolled is not None
            assert use(db, enrolled, self.clock.now(), verifier)

    def contact_vouches(self, browser: Browser, username: str = "ana") -> None:
        """The customer at `browser` has proven the contact confirmed earlier, as far as the sign-in on its page knows."""
        vouched(self.house, self.clock, browser.page.url, username)
        browser.open(f"/signin/{_open_now(browser.page.url)}")

    def add_passkey(self, username: str = "ana", **device: Any) -> SoftAuthenticator:
        """Registers a passkey for a customer; `device` is how its authenticator behaves."""
        house, now = self.house, self.clock.now()
        passkeys, made = house.people.passkeys, self.authenticator(**device)
        with house.ground.database.transaction() as db:
            subject = house.people.subjects.find(db, username)
            assert subject is not None
            sent = made.create(passkeys.register_options(db, "tests", subject))
            registered = passkeys.register(db, "tests", subject.id, sent, "Laptop", now)
        assert isinstance(registered, Registered), registered
        return made

    def authenticator(self, **device: Any) -> SoftAuthenticator:
        """An authenticator whose browser is at this provider."""
        return SoftAuthenticator(
            **{"origin": self.house.ground.settings.origin, "rp_id": urlsplit(self.issuer).hostname or "", **device}
        )

    def _verifier(self, password: str) -> bytes:
        # Hashing is as slow as in life, so it is done once for all who have the same password.
        settings = self.house.ground.settings
        known = (password, settings.hash_memory_kib, settings.hash_time)
        if known not in _verifiers:
            _verifiers[known] = self.house.people.hasher.hash(password)
        return _verifiers[known]

    def _id(self, username: str) -> str:
        with self.house.ground.database.reading() as db:
            subject = self.house.people.subjects.find(db, username)
        assert subject is not None
        return subject.id

    def add_client(self, client_id: str = "shop", **metadata: Any) -> RelyingParty:
        """Registers a client and gives its relying party; confidential with a secret unless `metadata` says otherwise."""
        wanted = {
            "client_id": client_id,
            "client_name": client_id.title(),
            "redirect_uris": [f"https://{client_id}.example/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile email address phone offline_access",
            **metadata,
        }
        meta, key = ClientMetadata.model_validate(_with_key(wanted)), None
        if meta.token_endpoint_auth_method == "private_key_jwt" and not {"jwks", "jwks_uri"} & metadata.keys():
            key = CLIENT_KEY
        ground = self.house.ground
        secret = None
        with ground.database.transaction() as db:
            self.house.parties.clients.save(db, ground.bus, meta, "registered")
            if meta.token_endpoint_auth_method.startswith("client_secret"):
                secret = self.house.parties.clients.add_secret(db, ground.bus, client_id, overlap=ground.settings.code_lifetime)
        return RelyingParty(self.app, self.issuer, meta, secret, self.clock, key, DPOP_KEY if meta.profile == "fapi2" else None)


def _with_key(wanted: dict[str, Any]) -> dict[str, Any]:
    """`wanted`, with a key of the client's where it signs what it sends and names none."""
    signs = wanted.get("profile") == "fapi2" or wanted.get("token_endpoint_auth_method") == "private_key_jwt"
    named = {"jwks", "jwks_uri"} & wanted.keys()
    return {**wanted, "jwks": {"keys": [CLIENT_KEY.as_dict(private=False)]}} if signs and not named else wanted


def vouched(house: House, clock: Clock, url: str, username: str) -> None:
    """A code to the confirmed e-mail address counts as proven in the sign-in whose page is at `url`."""
    open_now = _open_now(url)
    kept = json.loads(house.ground.kv.get(f"interaction:{open_now}") or b"{}")
    interaction = house.people.interactions.find(open_now, kept["browser"])
    with house.ground.database.reading() as db:
        subject = house.people.subjects.find(db, username)
    assert interaction is not None
    assert subject is not None
    attempts = Attempts(house.ground.kv)
    attempt = attempts.find(interaction) or Attempt(subject_id=subject.id)
    attempts.keep(interaction, replace(attempt, proofs=attempt.proven(Proof("mail_code", ("otp",), "2sv", clock.now()))))


def _open_now(url: str) -> str:
    return url.partition("/signin/")[2].partition("/")[0]
