"""A relying party as its developer would write it: it builds requests, redeems codes and checks what it gets."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit
from wsgiref.types import WSGIApplication

from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet
from werkzeug.datastructures import Headers
from werkzeug.test import Client, TestResponse

from idp.clients.metadata import ClientMetadata
from idp.core.clock import Clock
from tests.drivers.browser import Page


@dataclass
class Answer:
    """An endpoint's answer: status, headers, and the JSON if there is any."""

    status: int
    headers: Headers
    body: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def error(self) -> str | None:
        return self.body.get("error")


@dataclass
class Request:
    """One authorization request, with what must be remembered of it."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass
class RelyingParty:
    """Speaks for one client. `key` signs assertions where the client uses private_key_jwt."""

    app: WSGIApplication
    issuer: str
    metadata: ClientMetadata
    secret: str | None
    clock: Clock
    key: ECKey | None = None
    dpop_key: ECKey | None = None
    last: Request = field(default_factory=lambda: Request("", "", "", ""))

    @property
    def client_id(self) -> str:
        return self.metadata.client_id

    @property
    def redirect_uri(self) -> str:
        return self.metadata.redirect_uris[0]

    def request(self, **changed: str | None) -> str:
        """The address of a fresh authorization request; a parameter set to None is left out."""
        self.last.url = f"{self.issuer}/authorize?{urlencode(self.parameters(**changed))}"
        return self.last.url

    def pushed_request(self, **changed: str | None) -> str:
        """The address of a fresh request whose parameters were pushed before."""
        answer = self.push(**changed)
        assert answer.status == 201, answer.body
        return self.fetched(answer["request_uri"])

    def push(self, **changed: str | None) -> Answer:
        return self.post("/par", **self.parameters(**changed))

    def fetched(self, request_uri: str, **beside: str) -> str:
        """The address at which a browser comes with a pushed request."""
        return f"{self.issuer}/authorize?{urlencode({'client_id': self.client_id, 'request_uri': request_uri} | beside)}"

    def parameters(self, **changed: str | None) -> dict[str, str]:
        """Those of a fresh authorization request; one set to None is left out."""
        verifier = secrets.token_urlsafe(48)
        self.last = Request("", secrets.token_urlsafe(12), secrets.token_urlsafe(12), verifier)
        wanted: dict[str, str | None] = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile email",
            "state": self.last.state,
            "nonce": self.last.nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (wanted | changed).items() if value is not None}

    def code(self, page: Page) -> str:
        """The code in an answer that came back to us, its `state` and `iss` checked."""
        assert page.url.startswith(self.redirect_uri), (page.url, page.text)
        assert page.query.get("state") == self.last.state
        assert page.query.get("iss") == self.issuer
        return page.query["code"]

    def redeem(self, code: str, **changed: str | None) -> Answer:
        wanted: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.last.verifier,
        }
        return self.token(**(wanted | changed))

    def refresh(self, refresh_token: str, **more: str) -> Answer:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **more)

    def token(self, **sent: str | None) -> Answer:
        return self.post("/token", **sent)

    def post(self, path: str, **sent: str | None) -> Answer:
        """A form to one of the provider's endpoints, authenticated as this client registered."""
        fields = {name: value for name, value in sent.items() if value is not None}
        headers = {}
        match self.metadata.token_endpoint_auth_method:
            case "client_secret_basic":
                headers["Authorization"] = basic(self.client_id, self.secret or "")
            case "client_secret_post":
                fields |= {"client_id": self.client_id, "client_secret": self.secret or ""}
            case "private_key_jwt":
                fields = {"client_assertion_type": ASSERTION, "client_assertion": self.assertion()} | fields
            case _:
                fields |= {"client_id": self.client_id}
        return self.raw("POST", path, data=fields, headers=headers | self.proven("POST", path))

    def proven(self, method: str, path: str, **changed: Any) -> dict[str, str]:
        """The header that proves possession of our key, if we have one."""
        return {} if self.dpop_key is None else {"DPoP": self.proof(method, path, **changed)}

    def proof(self, method: str, path: str, header: dict[str, Any] | None = None, **changed: Any) -> str:
        """A DPoP proof for a request; a claim set to None is left out."""
        assert self.dpop_key is not None
        htu, made = f"{self.issuer}{path}", int(self.clock.now().timestamp())
        return dpop_proof(self.dpop_key, header, **({"htm": method, "htu": htu, "iat": made} | changed))

    def raw(self, method: str, path: str, **sent: Any) -> Answer:
        response = Client(self.app, use_cookies=False).open(path, base_url=self.issuer, method=method, **sent)
        return Answer(response.status_code, response.headers, read_json(response))

    def assertion(self, **changed: Any) -> str:
        assert self.key is not None
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "jti": secrets.token_hex(8),
            "iat": now,
            "exp": now + 60,
        }
        claims = {name: value for name, value in (claims | changed).items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)

    def userinfo(self, access_token: str) -> Answer:
        if self.dpop_key is None:
            return self.raw("GET", "/userinfo", headers={"Authorization": f"Bearer {access_token}"})
        proven = self.proven("GET", "/userinfo", ath=ath(access_token))
        return self.raw("GET", "/userinfo", headers={"Authorization": f"DPoP {access_token}"} | proven)

    def introspect(self, token: str) -> Answer:
        return self.post("/introspect", token=token)

    def revoke(self, token: str) -> Answer:
        return self.post("/revoke", token=token)

    def claims(self, token: str) -> dict[str, Any]:
        """What a JWT of the provider says, its signature checked against the published keys."""
        keys = KeySet.import_key_set(self.raw("GET", "/jwks").body)  # type: ignore[arg-type]
        return dict(jwt.decode(token, keys, algorithms=["RS256", "PS256", "ES256", "EdDSA"]).claims)

    def header(self, token: str) -> dict[str, Any]:
        return dict(json.loads(base64.urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "==")))

    def lives_at(self, url: str) -> bool:
        return urlsplit(url).netloc == urlsplit(self.redirect_uri).netloc


ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def dpop_proof(key: ECKey, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A proof of possession (RFC 9449 4.2) with these claims, and a `jti`; a claim that is None is left out."""
    kept = {name: value for name, value in ({"jti": secrets.token_hex(8)} | claims).items() if value is not None}
    said = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)} | (header or {})
    return jws.serialize_compact(said, json.dumps(kept), key)


def ath(access_token: str) -> str:
    return challenge(access_token)  # RFC 9449 4.2: made as a code challenge is


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{quote_plus(client_id)}:{quote_plus(secret)}".encode()).decode()


def read_json(response: TestResponse) -> dict[str, Any]:
    """The object in an answer; empty where it holds none."""
    if response.mimetype not in ("application/json", "application/problem+json"):
        return {}
    found = json.loads(response.get_data())
    return found if isinstance(found, dict) else {"": found}
