"""An authorization request, parsed once; and the match of its redirect URI, before which nothing is ever redirected."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from idp.clients.client import Client
from idp.clients.metadata import is_loopback
from idp.core.errors import OAuthError, Refused
from idp.oidc.authorization.parameters import Parameters
from idp.oidc.authorization.response import Answer, mode_of

LARGEST_PORT = 65535
LONGEST_HINT = 254
LONGEST_STATE = 2048


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """The parameters we know, as texts, exactly as they were sent. None: not sent. Unknown ones are ignored (Core 3.1.2.1).

    `repeated` names those sent more than once; `resource` alone may be (RFC 8707 2). `pushed` is no parameter: it is the digest
    of the handle under which the client left this request before (RFC 9126). Nor is `signed`: it says how the signed object
    came that the parameters were read from (RFC 9101), by `value` or by `reference`.
    """

    client_id: str | None = None
    redirect_uri: str | None = None
    response_type: str | None = None
    response_mode: str | None = None
    scope: str | None = None
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str | None = None
    prompt: str | None = None
    max_age: str | None = None
    acr_values: str | None = None
    claims: str | None = None
    id_token_hint: str | None = None
    login_hint: str | None = None
    ui_locales: str | None = None
    request: str | None = None
    request_uri: str | None = None
    registration: str | None = None
    dpop_jkt: str | None = None
    resource: tuple[str, ...] = ()
    repeated: frozenset[str] = frozenset()
    pushed: str | None = None
    signed: str | None = None

    @property
    def is_openid(self) -> bool:
        """Whether an ID token is asked for."""
        return "openid" in (self.scope or "").split(" ")

    def parked(self) -> dict[str, Any]:
        """What is kept of it while the subject is elsewhere; `unparked` reads it again."""
        kept = {name: value for name, value in asdict(self).items() if value and name not in ("repeated", "resource")}
        return kept | ({"resource": list(self.resource)} if self.resource else {})


OURS = ("pushed", "signed")
ONCE = tuple(name for name in AuthorizationRequest.__dataclass_fields__ if name not in ("resource", "repeated", *OURS))


def read_request(parameters: Parameters) -> AuthorizationRequest:
    """The request that `parameters` spell."""
    known: dict[str, Any] = {name: parameters.one(name) for name in ONCE}
    for name in ("login_hint", "ui_locales"):
        hint = known[name] or ""
        if len(hint) > LONGEST_HINT or not hint.isprintable():
            known[name] = None  # P2: a hint is honoured or ignored, never an error
    return AuthorizationRequest(**known, resource=parameters.many("resource"), repeated=parameters.repeated - {"resource"})


def unparked(kept: Mapping[str, Any]) -> AuthorizationRequest:
    """The request that `parked` kept."""
    known: dict[str, Any] = {name: kept[name] for name in (*ONCE, *OURS) if name in kept}
    return AuthorizationRequest(**known, resource=tuple(kept.get("resource", ())))


@dataclass(frozen=True, slots=True)
class MatchedRequest:
    """A request whose redirect URI is the client's own. Made only by `match_redirect_uri`: it alone can answer by redirect."""

    request: AuthorizationRequest
    client: Client
    redirect_uri: str
    redirect_uri_given: bool

    def answer(self, issuer: str, **parameters: str) -> Answer:
        """Parameters for the client, with its `state`, unless that is too long, and our `iss` (RFC 9207 2)."""
        sent_back = self.request.state is not None and len(self.request.state) <= LONGEST_STATE
        state = {"state": self.request.state or ""} if sent_back else {}
        mode = mode_of(self.request.response_type, self.request.response_mode)
        sent = tuple((parameters | state | {"iss": issuer}).items())
        return Answer(self.redirect_uri, mode, sent, self.client.name, self.client.brand)

    def refuse(self, issuer: str, error: OAuthError) -> Answer:
        """The error, told to the client (RFC 6749 4.1.2.1)."""
        told = {"error_description": error.public} if error.public else {}
        return self.answer(issuer, error=error.code, **told)


def match_redirect_uri(client: Client, request: AuthorizationRequest) -> MatchedRequest:
    """The request with the address its answer may go to. Raises `Refused`, to be shown on a page of ours (RFC 6749 4.1.2.1)."""
    if "redirect_uri" in request.repeated:
        raise Refused("bad_redirect", because="redirect_uri was sent twice")
    if request.redirect_uri is None:
        # Core 3.1.2.1 asks for it always; RFC 6749 3.1.2.3 lets a client with a single registration leave it out.
        if request.is_openid or len(client.redirect_uris) != 1:
            raise Refused("bad_redirect", because="redirect_uri is missing")
        return MatchedRequest(request, client, client.redirect_uris[0], False)
    if not any(_same(registered, request.redirect_uri, client) for registered in client.redirect_uris):
        raise Refused("bad_redirect", because="redirect_uri is not registered")
    return MatchedRequest(request, client, request.redirect_uri, True)


def _same(registered: str, given: str, client: Client) -> bool:
    if registered == given:
        return True
    parts = urlsplit(registered)
    if client.application_type != "native" or parts.scheme != "http" or not is_loopback(parts.hostname):
        return False
    # RFC 8252 7.3: a native application listens on whatever port is free. All but the port stays an exact comparison.
    host = parts.netloc.removesuffix(f":{parts.port}")
    rest = registered.removeprefix(f"http://{parts.netloc}")
    found = re.fullmatch(re.escape(f"http://{host}") + r"(?::([0-9]{1,5}))?" + re.escape(rest), given, re.ASCII)
    return found is not None and int(found[1] or 80) <= LARGEST_PORT
