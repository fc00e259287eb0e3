"""Client authentication: one credential per request, by the one method the client registered (RFC 6749 2.3, RFC 7523)."""

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from idp.clients.client import Client
from idp.clients.profiles import PROFILES
from idp.clients.registry import Clients
from idp.clients.secret_use import SecretUse
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.errors import OAuthError
from idp.core.events import Bus
from idp.core.handles import digest
from idp.core.protocol_events import ClientAuthenticationFailed
from idp.core.throttle import Slowed, Throttle, source_of
from idp.oidc.assertion import ASSERTION_TYPE, Assertion, Assertions, Refusal, read_assertion
from idp.oidc.form import ProtocolForm, decoded

NO_DIGEST = "0" * 64
# Failures that reach the audit trail, whose entries nobody removes: beyond that they stand in the log alone.
REPORTS_WINDOW = timedelta(minutes=5)
REPORTED_BY_SOURCE = 20
REPORTED_BY_ALL = 300


@dataclass(frozen=True, slots=True)
class Presented:
    """What a client presents: the Authorization header, the form, the endpoint it called, the address it called from.

    `proof` is the DPoP header (RFC 9449 4.1).
    """

    authorization: str | None
    form: ProtocolForm
    endpoint: str
    source: str
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Basic:
    """Id and secret in the header, or in the body where `posted`."""

    client_id: str
    secret: str
    posted: bool = False


@dataclass(frozen=True, slots=True)
class Bare:
    """Nothing but a name: enough for public clients."""

    client_id: str


Credential = Basic | Assertion | Bare


@dataclass(frozen=True, slots=True)
class ClientAuthenticator:
    """Tells which client is calling."""

    clients: Clients
    assertions: Assertions
    database: Database
    bus: Bus
    clock: Clock
    throttle: Throttle
    secret_use: SecretUse

    def authenticate(self, presented: Presented, *, public: bool) -> Client:
        """The client, which is active; public ones only where `public` is allowed.

        Raises `OAuthError`: invalid_client looks the same whatever the cause, so that nobody learns which clients exist.
        """
        credential = read_credential(presented)
        client = self.clients.find(credential.client_id)
        refusal = self._refusal(client, credential, presented.endpoint, public)
        if client is not None and refusal is None:
            return client
        self._report(client, refusal or "unknown", presented.source)
        challenge = 'Basic realm="clients"' if presented.authorization is not None else ""
        raise OAuthError(
            "invalid_client", "Client authentication failed", because=refusal or "unknown", status=401, challenge=challenge
        )

    def settle(self) -> None:
        """The request has succeeded: the use of the secret that it brought is written down."""
        self.secret_use.settle()

    def _refusal(self, client: Client | None, credential: Credential, endpoint: str, public: bool) -> Refusal | None:
        active = client if client is not None and not client.disabled else None
        match credential:
            case Basic(secret=secret):
                # Compared for unknown clients too: existing and unknown names cost the same (S3.5).
                good = _matching(active, secret, self.clock.now())
                method = "client_secret_post" if credential.posted else "client_secret_basic"
                if refusal := _usual_refusal(active, method):
                    return refusal
                if good is None:
                    return "bad_secret"
                self.secret_use.note(good)
                return None
            case Assertion():
                refusal = _usual_refusal(active, "private_key_jwt")
                return refusal or self.assertions.refusal(active, credential, endpoint) if active else refusal
            case Bare():
                refusal = _usual_refusal(active, "none")
                return refusal or (None if public else "public_client")
            case _:
                assert_never(credential)

    def _report(self, client: Client | None, refusal: Refusal, source: str) -> None:
        for name, most in ((source_of(source), REPORTED_BY_SOURCE), ("all", REPORTED_BY_ALL)):
            if isinstance(self.throttle.tries("client", name, most, REPORTS_WINDOW), Slowed):
                return
        with self.database.transaction() as db:
            event = ClientAuthenticationFailed(
                client_id=client.id if client else None,
                brand=client.brand if client else None,
                outcome="refused",
                reason=refusal,
            )
            self.bus.record(db, event)


def read_credential(presented: Presented) -> Credential:
    """The one credential of a request. Raises `OAuthError` for several, none or a broken one (RFC 6749 2.3, 5.2)."""
    form = presented.form
    shown = [
        reader
        for reader, here in (
            (_basic, presented.authorization is not None),
            (_posted, form.get("client_secret") is not None),
            (_assertion, form.get("client_assertion") is not None or form.get("client_assertion_type") is not None),
        )
        if here
    ]
    if len(shown) > 1:
        raise OAuthError("invalid_request", "Only one way of client authentication may be used at once")
    reader: Callable[[Presented], Credential] = shown[0] if shown else _bare
    credential = reader(presented)
    if form.get("client_id") not in (None, credential.client_id):
        raise OAuthError("invalid_request", "client_id is not that of the client authentication")
    return credential


def _basic(presented: Presented) -> Credential:
    scheme, _, encoded = (presented.authorization or "").partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        if not colon:
            raise ValueError
        # RFC 6749 2.3.1: both halves are form-encoded before they are joined.
        return Basic(decoded(name), decoded(secret))
    except (binascii.Error, ValueError):
        raise OAuthError(
            "invalid_client",
            "Client authentication failed",
            because="malformed Authorization header",
            status=401,
            challenge='Basic realm="clients"',
        ) from None


def _posted(presented: Presented) -> Credential:
    return Basic(presented.form.need("client_id"), presented.form.need("client_secret"), posted=True)


def _assertion(presented: Presented) -> Credential:
    if presented.form.need("client_assertion_type") != ASSERTION_TYPE:
        raise OAuthError("invalid_request", "client_assertion_type is not supported")
    assertion = read_assertion(presented.form.need("client_assertion"))
    if assertion is None:
        raise OAuthError("invalid_client", "Client authentication failed", because="the assertion is no JWT", status=401)
    return assertion


def _bare(presented: Presented) -> Credential:
    client_id = presented.form.get("client_id")
    if client_id is None:
        raise OAuthError("invalid_client", "Client authentication failed", because="no client authentication", status=401)
    return Bare(client_id)


def _usual_refusal(client: Client | None, method: str) -> Refusal | None:
    if client is None:
        return "unknown"
    # The registered method alone, or a leaked secret would open a client that signs (RFC 7591 2).
    return None if client.auth_method == method and method in PROFILES[client.profile].client_auth else "wrong_method"


def _matching(client: Client | None, secret: str, now: datetime) -> str | None:
    """The digest of the live secret that this is."""
    digests = [s.digest for s in client.secret_digests if s.expires_at is None or s.expires_at > now] if client else []
    given = digest(secret)
    return next((stored for stored in digests or (NO_DIGEST,) if hmac.compare_digest(stored, given)), None)
