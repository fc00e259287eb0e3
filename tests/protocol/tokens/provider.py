"""The provider with clients of every kind that the endpoints for clients tell apart, and codes without a page."""

import base64
import hashlib
import json
import secrets
import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from werkzeug.test import Client, TestResponse

from idp.clients.metadata import ClientMetadata
from idp.core.database import metadata
from idp.core.handles import digest
from idp.oidc.tokens.code import CodeDraft
from idp.oidc.tokens.jose import verify
from idp.sessions.context import Context
from idp.sessions.session import Session
from tests.builders import TestClock
from tests.drivers.provider import ISSUER, Provider, environment_for, settings_for, settings_of
from tests.drivers.relying_party import basic
from tests.drivers.signing import REGISTRIES

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
EVERY_SCOPE = "openid profile email address phone offline_access"
API = "http://localhost:9001/api"

CLIENTS: tuple[dict[str, Any], ...] = (
    {"client_id": "basic", "resources": ("https://basic.example/api", "https://basic.example/more")},
    {"client_id": "other"},
    {"client_id": "post", "token_endpoint_auth_method": "client_secret_post"},
    {"client_id": "relaxed", "require_pkce": False},
    {"client_id": "once", "grant_types": ("authorization_code",)},
    {"client_id": "opaque", "access_token_format": "opaque"},
    {"client_id": "signed", "id_token_signed_response_alg": "ES256", "userinfo_signed_response_alg": "RS256"},
    {"client_id": "edwards", "id_token_signed_response_alg": "EdDSA"},
    {"client_id": "salted", "id_token_signed_response_alg": "PS256", "userinfo_signed_response_alg": "PS256"},
    {"client_id": "spa", "token_endpoint_auth_method": "none"},
    {
        "client_id": "portal",
        "brand": "stellantis",
        "consent": "implied",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "id_token_signed_response_alg": "ES256",
        "scope": EVERY_SCOPE + " accounts",
        "resources": (API,),
    },
    {"client_id": "jwt", "token_endpoint_auth_method": "private_key_jwt"},
    {"client_id": "api", "grant_types": (), "redirect_uris": (), "owns": (API,)},
    {
        "client_id": "machine",
        "grant_types": ("client_credentials",),
        "redirect_uris": (),
        "scope": "openid profile offline_access read write",
    },
)
KEYS = {"RS256": RSAKey.generate_key(2048), "ES256": ECKey.generate_key("P-256"), "EdDSA": OKPKey.generate_key("Ed25519")}


@dataclass
class Answer:
    """What an endpoint answered."""

    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def headers(self) -> Any:
        return self.response.headers

    @property
    def body(self) -> Any:
        return json.loads(self.response.get_data())

    @property
    def text(self) -> str:
        return self.response.get_data(as_text=True)

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def error(self) -> str | None:
        found = self.body
        return found.get("error") if isinstance(found, dict) else None


class Issuer(Provider):
    """A provider where codes are had without a browser."""

    session: Session

    @property
    def folder(self) -> Path:
        return self.house.ground.settings.data_dir

    def sign_in(self, username: str = "ana", browser: str = "browser") -> Session:
        """A session of a customer, which the next codes belong to."""
        ground = self.house.ground
        with ground.database.transaction() as db:
            subject = self.house.people.subjects.find(db, username)
            assert subject is not None
            started = self.house.people.sessions.start(
                db,
                subject_id=subject.id,
                context=Context("pwd", ("pwd",), self.clock.now(), ("password",)),
                brand="stellantis",
                shared=False,
                browser=browser,
                replaces=None,
                now=self.clock.now(),
            )
        self.session = started.session
        return self.session

    def code(self, client_id: str = "basic", **changes: Any) -> str:
        """A code as the authorization endpoint would issue it."""
        draft = CodeDraft(
            client_id=client_id,
            subject_id=self.session.subject_id,
            session_id=self.session.id,
            redirect_uri=f"https://{client_id}.example/cb",
            redirect_uri_given=True,
            scope="openid profile email",
            nonce="n-0S6_WzA2Mj",
            code_challenge=CHALLENGE,
            acr="pwd",
            amr=("pwd",),
            auth_time=self.session.context.auth_time,
            claims={},
            resource=None,
            offline="offline_access" in changes.get("scope", ""),
        )
        with self.house.ground.database.transaction() as db:
            return self.house.protocol.issuance.codes.issue(db, replace(draft, **changes), self.clock.now())

    def post(self, path: str, fields: Any, /, **more: Any) -> Answer:
        return self.call("POST", path, data=fields, **more)

    def call(self, method: str, path: str, **more: Any) -> Answer:
        return Answer(Client(self.app, use_cookies=False).open(path, base_url=ISSUER, method=method, **more))

    def token(self, client_id: str, /, **fields: Any) -> Answer:
        """A token request with the client's own way of authentication."""
        return self.authenticated("/token", client_id, **fields)

    def authenticated(self, path: str, client_id: str, /, **fields: Any) -> Answer:
        meta = next(client for client in CLIENTS if client["client_id"] == client_id)
        sent = {name: value for name, value in fields.items() if value is not None}
        match meta.get("token_endpoint_auth_method"):
            case None:
                return self.post(path, sent, headers={"Authorization": basic(client_id, secret_of(client_id))})
            case "client_secret_post":
                return self.post(path, sent | {"client_id": client_id, "client_secret": secret_of(client_id)})
            case "none":
                return self.post(path, sent | {"client_id": client_id})
            case _:
                return self.post(path, sent | assertion(self.clock, client_id))

    def redeem(self, code: str, client_id: str = "basic", /, **changes: Any) -> Answer:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"https://{client_id}.example/cb",
            "code_verifier": VERIFIER,
        }
        return self.token(client_id, **(fields | changes))

    def refresh(self, token: str, client_id: str = "basic", /, **more: Any) -> Answer:
        return self.token(client_id, grant_type="refresh_token", refresh_token=token, **more)

    def userinfo(self, token: str) -> Answer:
        return self.call("GET", "/userinfo", headers={"Authorization": f"Bearer {token}"})

    def claims_of(self, token: str) -> dict[str, Any]:
        """What a JWT of ours says, checked with the published keys."""
        published = {jwk["kid"]: jwk for jwk in self.call("GET", "/jwks")["keys"]}
        header = json.loads(base64.urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "=="))
        jwk = published[header["kid"]]
        found = verify(token, {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}[jwk["kty"]].import_key(jwk), header["alg"])
        assert found is not None
        assert jwk["alg"] == header["alg"]
        return found

    def register(self, client_id: str, /, **changes: Any) -> None:
        """Changes what a client is registered for, and waits until every worker knows."""
        ground, clients = self.house.ground, self.house.parties.clients
        with ground.database.transaction() as db:
            stored = next(one for one in clients.all(db) if one.client.id == client_id)
            wanted = ClientMetadata.model_validate(stored.metadata.model_dump() | changes)
            clients.save(db, ground.bus, wanted, stored.source)
        self.clock.advance(timedelta(seconds=2))

    def end_session(self) -> None:
        with self.house.ground.database.transaction() as db:
            assert self.house.people.sessions.end(db, self.session.id, "logout", self.clock.now())

    def disable_subject(self) -> None:
        ground = self.house.ground
        with ground.database.transaction() as db:
            assert self.house.people.subjects.disable(db, ground.bus, self.session.subject_id, self.clock.now())

    def disable_client(self, client_id: str) -> None:
        """Stops a client, and waits until every worker knows."""
        ground = self.house.ground
        with ground.database.transaction() as db:
            self.house.parties.clients.disable(db, ground.bus, client_id)
        self.clock.advance(timedelta(seconds=2))

    def break_kv(self) -> None:
        """Puts a folder where the KV's file was: nothing can be stored any more."""
        for file in self.folder.glob("kv.db*"):
            file.unlink()
        (self.folder / "kv.db").mkdir()

    def rows_of(self, table: str) -> list[Any]:
        """What is stored in a table."""
        return self.rows(metadata.tables[table].select())

    def rows(self, statement: Any) -> list[Any]:
        with self.house.ground.database.reading() as db:
            return list(db.execute(statement).all())


def secret_of(client_id: str) -> str:
    """The client's secret: characters that RFC 6749 2.3.1 wants encoded are in it."""
    return f"{client_id}: spaces & ünïcode, 100% +"


def assertion(clock: TestClock, client_id: str, *, alg: str = "ES256", key: Any = None, **changes: Any) -> dict[str, str]:
    """The fields of a client assertion; a claim set to None is left out."""
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed(assertion_claims(clock, client_id, **changes), alg, key),
    }


def assertion_claims(clock: TestClock, client_id: str, **changes: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    claims = {"iss": client_id, "sub": client_id, "aud": ISSUER, "jti": secrets.token_hex(8), "iat": now, "exp": now + 60}
    return {name: value for name, value in (claims | changes).items() if value is not None}


def signed(claims: dict[str, Any], alg: str, key: Any = None, **more: Any) -> str:
    """A JWT by one of the clients' keys; its header says `more` besides."""
    used = key or KEYS["RS256" if alg == "PS256" else alg]
    header = {"alg": alg, "kid": used.thumbprint(), **more}
    return jws.serialize_compact(header, json.dumps(claims), used, registry=REGISTRIES[alg])


def seed(folder: Path) -> None:
    """Makes the database that every test starts from."""
    fill(environment_for(folder), TestClock()).house.ground.database.close()


def fill(environment: dict[str, str], clock: TestClock) -> Issuer:
    """A provider on empty stores, with its clients and customers."""
    provider = Issuer(settings_of(environment), clock)
    ground = provider.house.ground
    public = {"keys": [key.as_dict(private=False) | {"kid": key.thumbprint()} for key in KEYS.values()]}
    with ground.database.transaction() as db:
        for given in CLIENTS:
            method = given.get("token_endpoint_auth_method")
            standard = {
                "client_name": given["client_id"].title(),
                "redirect_uris": (f"https://{given['client_id']}.example/cb",),
                "grant_types": ("authorization_code", "refresh_token"),
                "scope": EVERY_SCOPE,
                "jwks": public if method == "private_key_jwt" else None,
                "secret_digests": () if method in ("private_key_jwt", "none") else (digest(secret_of(given["client_id"])),),
            }
            provider.house.parties.clients.save(db, ground.bus, ClientMetadata.model_validate(standard | given), "file")
    numbers = {"stellantis": "ST-1", "alphera": "AL-1"}
    provider.add_customer("ana", numbers=numbers, given_name="Ana", family_name="Ferreira", claims=ANA_CLAIMS, locale="pt-PT")
    provider.add_customer("ben")
    return provider


ANA_CLAIMS = {
    "middle_name": "Luz",
    "nickname": "Aninha",
    "profile": "https://ana.example/about",
    "picture": "https://ana.example/ana.png",
    "gender": "female",
    "birthdate": "1984-03-09",
    "zoneinfo": "Europe/Lisbon",
    "website": "https://ana.example",
    "phone_number": "+351 912 345 678",
    "phone_number_verified": True,
    "address": {"formatted": "Rua Um 1\nLisboa", "locality": "Lisboa", "country": "PT"},
    "favourite_colour": "green",
}


def open_issuer(seeded: Path, folder: Path, clock: TestClock) -> Issuer:
    """A provider on a copy of the seeded database, where Ana has just signed in."""
    shutil.copyfile(seeded / "idp.db", folder / "idp.db")
    opened = Issuer(settings_for(folder), clock)
    opened.sign_in()
    return opened
