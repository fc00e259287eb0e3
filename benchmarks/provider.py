"""The provider that is measured: its settings, one brand, one customer, two clients, and fresh codes and tokens for them."""

import base64
import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import yaml
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import update

from idp.app import build, lay_ground
from idp.app.house import House
from idp.core.audit_tables import trail_keys
from idp.core.clock import SystemClock
from idp.core.handles import digest
from idp.oidc.tokens.code import CodeDraft
from idp.sessions.context import Context
from idp.sessions.session import Session
from idp.settings import Settings
from idp.subjects.subjects import NewSubject

ROOT = Path(__file__).parents[1]
BRAND = "stellantis"
USERNAME, PASSWORD = "ana", "lantern orbit mosaic 7"
REDIRECT_URI = "http://localhost:1/callback"
AUDIENCE = "http://localhost:1/api"
SCOPE = "openid profile email accounts"
VERIFIER = "bench-" * 8
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
FORM = "application/x-www-form-urlencoded"


class Provider:
    """A provider in `folder`, served on `port` by `serve`; this process works on the same stores with the same parts."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self.host = f"localhost:{port}"
        self.issuer = f"http://{self.host}"
        self.log = folder / "provider.log"
        self._secrets = {name: secrets.token_urlsafe(32) for name in ("bench", "bench-api")}
        self._key = ECKey.generate_key("P-256", parameters={"use": "sig", "alg": "ES256", "kid": "bench"}, private=True)
        clients_file = folder / "clients.yaml"
        clients_file.write_text(yaml.safe_dump(self._clients()), "utf-8")
        self.env = {
            "IDP_ISSUER": self.issuer,
            "IDP_DATABASE_URL": f"sqlite:///{folder}/idp.db",
            "IDP_KV_URL": f"sqlite:///{folder}/kv.db",
            "IDP_CLIENTS_FILE": str(clients_file),
            "IDP_DATA_DIR": str(folder),
            "IDP_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "IDP_MAIL_URL": f"file://{folder}",
            "IDP_LISTEN": f"127.0.0.1:{port}",
            "IDP_WORKERS": "1",
            "IDP_LOG_LEVEL": "WARNING",
            # Wrong passwords are measured too, and all of them come from here.
            "IDP_SOURCE_FAILURES": "1000000",
            "IDP_FLOOD_FAILURES": "1000000",
            "IDP_PUSHED_REQUESTS": "1000000",
            "PYTHONPATH": str(ROOT),
        }

    @property
    def serve(self) -> Sequence[str]:
        """The command that serves it, as an operator would."""
        return _command("serve")

    def prepare(self) -> None:
        """Makes the tables, the clients and the customer with the operator's own commands."""
        self._run("db", "upgrade")
        self._run("seed")
        named = ("--username", USERNAME, "--email", "ana@example.test", "--given-name", "Ana", "--family-name", "Ferreira")
        self._run("subject", "add", *named, "--brand", f"{BRAND}:ST-204118", "--password-stdin", typed=PASSWORD)
        # Added before today: what the trail does otherwise in a customer's first minute is not what is measured.
        with self.house.ground.database.transaction() as db:
            db.execute(update(trail_keys).values(created_at=SystemClock().now() - timedelta(days=1)))

    @cached_property
    def house(self) -> House:
        """The provider's parts, in this process."""
        return build(lay_ground(Settings.from_environment(self.env), SystemClock()))

    def add_customers(self, count: int) -> list[str]:
        """The names of so many more customers, who all have the same password."""
        house, now = self.house, SystemClock().now()
        verifier = house.people.hasher.hash(PASSWORD)
        names = [f"customer{secrets.token_hex(4)}" for _ in range(count)]
        with house.ground.database.transaction() as db:
            for name in names:
                new = NewSubject(username=name, email=f"{name}@example.test")
                house.people.subjects.create(db, house.ground.bus, new, verifier, now)
        return names

    def headers(self, client_id: str = "") -> dict[str, str]:
        """The headers of a form from `client_id`, authenticated by its secret; without a name, of an anonymous one."""
        headers = {"Host": self.host, "Content-Type": FORM}
        if client_id:
            pair = base64.b64encode(f"{client_id}:{self._secrets[client_id]}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        return headers

    def authorize(self) -> str:
        """The authorization request that a sign-in begins with."""
        return f"/authorize?{self.request()}"

    def request(self) -> str:
        """The parameters of an authorization request."""
        query = {"client_id": "bench", "response_type": "code", "redirect_uri": REDIRECT_URI, "scope": SCOPE}
        query |= {"state": "state", "nonce": "nonce", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        return urlencode(query)

    def code_bodies(self, count: int) -> list[str]:
        """Token requests that redeem `count` fresh codes, written by the provider's own service in one transaction.

        Each has a time of its own, as in life: what is born in one instant lies in no order in the indexes.
        """
        house, clock, session = self.house, SystemClock(), self._session()
        with house.ground.database.transaction() as db:
            codes = [house.protocol.issuance.codes.issue(db, _draft(session), clock.now()) for _ in range(count)]
        rest = urlencode({"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER})
        return [f"{rest}&code={code}" for code in codes]

    def assertion_bodies(self, count: int) -> list[str]:
        """Client credentials requests, each with an assertion of its own (RFC 7523)."""
        now = int(SystemClock().now().timestamp())
        claims = {"iss": "bench-key", "sub": "bench-key", "aud": self.issuer, "iat": now, "exp": now + 240}
        header = {"alg": "ES256", "kid": "bench"}
        rest = {"grant_type": "client_credentials", "scope": "accounts"}
        rest["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        signed = (jwt.encode(header, claims | {"jti": secrets.token_urlsafe(16)}, self._key, ["ES256"]) for _ in range(count))
        return [f"{urlencode(rest)}&client_assertion={one}" for one in signed]

    def proofs(self, count: int) -> list[str]:
        """As many proofs of possession for token requests (RFC 9449), all of one key and good for a minute."""
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._key.as_dict(private=False)}
        claims = {"htm": "POST", "htu": f"{self.issuer}/token", "iat": int(SystemClock().now().timestamp())}
        return [jwt.encode(header, claims | {"jti": secrets.token_urlsafe(16)}, self._key) for _ in range(count)]

    def tokens(self, count: int) -> list[dict[str, str]]:
        """The answers to `count` code exchanges, asked of the running provider."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        answers = []
        for body in self.code_bodies(count):
            connection.request("POST", "/token", body, self.headers("bench"))
            response = connection.getresponse()
            text = response.read().decode()
            if response.status != 200:
                raise RuntimeError(f"a code exchange answered {response.status}: {text}")
            answers.append(json.loads(text))
        connection.close()
        return answers

    def _session(self) -> Session:
        house, now = self.house, SystemClock().now()
        with house.ground.database.transaction() as db:
            subject = house.people.subjects.find(db, USERNAME)
            if subject is None:
                raise RuntimeError(f"{USERNAME} was not added")
            context = Context("pwd", ("pwd",), now, ("password",))
            browser = digest(secrets.token_urlsafe(32))
            start = house.people.sessions.start
            started = start(
                db, subject_id=subject.id, context=context, brand=BRAND, shared=False, browser=browser, replaces=None, now=now
            )
        return started.session

    def _clients(self) -> dict[str, object]:
        brands = yaml.safe_load((ROOT / "clients.yaml").read_text("utf-8"))["brands"]
        secret, api_secret = ({"secret_digests": [digest(one)]} for one in self._secrets.values())
        common = {"brand": BRAND, "consent": "implied", "scope": SCOPE + " offline_access", "resources": [AUDIENCE]}
        grants = ["authorization_code", "refresh_token", "client_credentials"]
        portal = {"redirect_uris": [REDIRECT_URI], "grant_types": grants, "id_token_signed_response_alg": "ES256"}
        signer = {"grant_types": ["client_credentials"], "token_endpoint_auth_method": "private_key_jwt"}
        signer |= {"token_endpoint_auth_signing_alg": "ES256", "jwks": {"keys": [self._key.as_dict(private=False)]}}
        return {
            "brands": {BRAND: brands[BRAND]},
            "clients": [
                {"client_id": "bench", "client_name": "Bench", **common, **portal, **secret},
                {"client_id": "bench-key", "client_name": "Bench with a key", **common, **signer},
                {"client_id": "bench-api", "client_name": "Bench API", "grant_types": [], "owns": [AUDIENCE], **api_secret},
            ],
        }

    def _run(self, *arguments: str, typed: str = "") -> None:
        done = subprocess.run(
            _command(*arguments), env={**os.environ, **self.env}, input=typed, text=True, capture_output=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"idp {' '.join(arguments)} failed: {done.stderr}")


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "idp.cli", *arguments]


def _draft(session: Session) -> CodeDraft:
    return CodeDraft(
        client_id="bench",
        subject_id=session.subject_id,
        session_id=session.id,
        redirect_uri=REDIRECT_URI,
        redirect_uri_given=True,
        scope=SCOPE,
        nonce="nonce",
        code_challenge=CHALLENGE,
        acr="pwd",
        amr=("pwd",),
        auth_time=session.context.auth_time - timedelta(seconds=1),
        claims={},
        resource=AUDIENCE,
        offline=False,
    )
