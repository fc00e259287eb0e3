"""The provider with clients of every kind that the authorization endpoint tells apart."""

import base64
import hashlib
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select

from idp.clients.metadata import ClientMetadata
from idp.core.handles import digest
from idp.oidc.tokens.family import COLUMNS, Family, family_of
from idp.oidc.tokens.model import families
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.provider import ISSUER, Provider, settings_for

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
EVERY_SCOPE = "openid profile email address phone accounts offline_access"
BOTH = ("authorization_code", "refresh_token")

CLIENTS: tuple[dict[str, Any], ...] = (
    {
        "client_id": "stellantis-portal",
        "client_name": "Stellantis portal",
        "brand": "stellantis",
        "consent": "implied",
        "redirect_uris": ("http://localhost:9001/callback",),
        "post_logout_redirect_uris": ("http://localhost:9001/signed-out",),
        "backchannel_logout_uri": "http://localhost:9001/backchannel-logout",
        "id_token_signed_response_alg": "ES256",
        "resources": ("http://localhost:9001/api",),
    },
    {
        "client_id": "alphera-portal",
        "client_name": "ALPHERA portal",
        "brand": "alphera",
        "consent": "implied",
        "redirect_uris": ("http://localhost:9002/callback",),
        "post_logout_redirect_uris": ("http://localhost:9002/signed-out",),
    },
    {
        "client_id": "planner",
        "client_name": "Budget <Planner>",
        "redirect_uris": ("https://planner.example/callback?tenant=7",),
        "post_logout_redirect_uris": ("https://planner.example/bye?from=idp",),
        "backchannel_logout_uri": "https://planner.example/logout",
        "policy_uri": "https://planner.example/privacy",
        "tos_uri": "https://planner.example/terms",
    },
    {
        "client_id": "relaxed",
        "client_name": "Old backend",
        "redirect_uris": ("https://old.example/cb", "https://old.example/cb2"),
        "require_pkce": False,
    },
    {
        "client_id": "app",
        "client_name": "Phone app",
        "application_type": "native",
        "token_endpoint_auth_method": "none",
        "redirect_uris": ("http://127.0.0.1/cb", "com.example.app:/cb"),
        "consent": "implied",
        "brand": "stellantis",
    },
)


class Seeded(Provider):
    """A provider that has the clients above, Ana (known to both brands) and Ben (known to one)."""

    def signed_in(self, client_id: str = "stellantis-portal", username: str = "ana") -> Browser:
        """A browser in which somebody signed in at a client ten seconds ago."""
        browser = self.browser()
        browser.open(authorize(client_id))
        browser.sign_in(username, ANA_PASSWORD)
        assert browser.page.left, browser.text()
        self.clock.advance(timedelta(seconds=10))
        return browser

    def family(self, code: str) -> Family:
        """The family that was born with a code."""
        with self.house.ground.database.reading() as db:
            return family_of(db.execute(select(*COLUMNS).where(families.c.code_digest == digest(code))).one())

    def codes(self) -> int:
        """How many codes were ever issued."""
        with self.house.ground.database.reading() as db:
            return len(db.execute(select(families.c.id)).all())

    def id_token(self, client_id: str = "stellantis-portal", username: str = "ana", typ: str = "JWT", **changes: Any) -> str:
        """An ID token of ours about somebody, long expired."""
        client = self.house.parties.clients.find(client_id)
        with self.house.ground.database.reading() as db:
            subject = self.house.people.subjects.find(db, username)
        assert client is not None
        assert subject is not None
        sub = self.house.people.pairwise.sub(subject.id, client.sector, client.subject_type)
        at = int(self.clock.now().timestamp()) - 86400
        claims = {"iss": ISSUER, "aud": client_id, "sub": sub, "iat": at, "exp": at + 600} | changes
        return self.house.protocol.keys.signer(client.id_token_alg).sign(claims, typ)

    def disable(self, client_id: str) -> None:
        """Stops a client, and waits until every worker knows."""
        ground = self.house.ground
        with ground.database.transaction() as db:
            self.house.parties.clients.disable(db, ground.bus, client_id)
        self.clock.advance(timedelta(seconds=2))


def authorize(who: str = "stellantis-portal", /, **changes: str | list[str] | None) -> str:
    """The address of a complete authorization request; None leaves a parameter out, a list sends it several times."""
    return "/authorize?" + urlencode(parameters(who, **changes), doseq=True)


def parameters(who: str, /, **changes: str | list[str] | None) -> dict[str, str | list[str]]:
    """The parameters of a complete authorization request."""
    registered = next(client for client in CLIENTS if client["client_id"] == who)
    sent: dict[str, str | list[str] | None] = {
        "client_id": who,
        "redirect_uri": registered["redirect_uris"][0],
        "response_type": "code",
        "scope": "openid",
        "state": "af0ifjsldkj",
        "nonce": "n-0S6_WzA2Mj",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (sent | changes).items() if value is not None}


def sign_in(browser: Browser, username: str = "ana", password: str = ANA_PASSWORD) -> Page:
    """Fills in the sign-in form that the browser shows."""
    return browser.sign_in(username, password)


def seed(folder: Path, **changed: str) -> Seeded:
    """Makes the database that every test starts from."""
    provider = Seeded(settings_for(folder, **changed), TestClock())
    ground = provider.house.ground
    with ground.database.transaction() as db:
        for given in CLIENTS:
            meta = ClientMetadata.model_validate({"grant_types": BOTH, "scope": EVERY_SCOPE} | given)
            provider.house.parties.clients.save(db, ground.bus, meta, "file")
    provider.add_customer("ana", numbers={"stellantis": "ST-1", "alphera": "AL-1"}, given_name="Ana", family_name="Ferreira")
    provider.add_customer("ben", numbers={"stellantis": "ST-2"})
    return provider


def open_provider(seeded: Path, folder: Path, clock: TestClock) -> Seeded:
    """A provider on a copy of the seeded database."""
    shutil.copyfile(seeded / "idp.db", folder / "idp.db")
    return Seeded(settings_for(folder), clock)
