"""The issuer's public keys: fetched when first needed, cached, fetched again for an unknown kid, but not at will."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet
from joserfc.jws import JWSRegistry

from portals.clock import Clock
from portals.keys import ALGORITHM

LIFE = timedelta(hours=1)
# A flood of tokens with invented kids must not become a flood of requests to the provider.
SHORTEST_INTERVAL = timedelta(seconds=10)
LARGEST_TOKEN = 16_384
LARGEST_ANSWER = 65_536

FetchJson = Callable[[str], dict[str, Any]]


class KeysUnavailable(Exception):
    """The issuer's keys cannot be fetched right now."""


class TokenRejected(Exception):
    """The token is not one the issuer signed for this use; the message is for the log."""


@dataclass(frozen=True, slots=True)
class SignedToken:
    """A token whose signature and type hold. What it claims is still to be checked."""

    claims: dict[str, Any]


class IssuerKeys:
    """Verifies signatures of one issuer."""

    def __init__(self, issuer: str, fetch: FetchJson, clock: Clock) -> None:
        self._issuer = issuer
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched_at = self._tried_at = datetime.min.replace(tzinfo=UTC)

    def verify(self, token: str, typ: str) -> SignedToken:
        """Return the token's claims if its signature (ES256 only) and its type hold.

        Raises TokenRejected, and KeysUnavailable where there are no keys to check it with.
        """
        if len(token) > LARGEST_TOKEN or not token.isascii():
            raise TokenRejected("not a token")
        try:
            found = jwt.decode(token, self._find_key, registry=JWSRegistry(algorithms=[ALGORITHM]))
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise TokenRejected(type(error).__name__) from error
        # RFC 8725 3.11: an ID token or logout token of the same issuer must not pass for this kind.
        if str(found.header.get("typ", "")).lower().removeprefix("application/") != typ:
            raise TokenRejected("typ")
        if not isinstance(found.claims, dict):
            raise TokenRejected("claims")
        return SignedToken(found.claims)

    def _find_key(self, recipient: Any) -> Any:
        kid = recipient.headers().get("kid")
        if not isinstance(kid, str):
            raise TokenRejected("kid")
        for known in (False, True):
            keys = self._current(unknown_kid=known)
            for key in keys.keys:
                if key.kid == kid:
                    return key
        raise TokenRejected("kid")

    def _current(self, *, unknown_kid: bool) -> KeySet:
        now = self._clock()
        if self._keys is not None and not unknown_kid and now < self._fetched_at + LIFE:
            return self._keys
        with self._lock:
            if now >= self._tried_at + SHORTEST_INTERVAL:
                self._tried_at = now
                self._refetch(now)
            if self._keys is None:
                raise KeysUnavailable
            return self._keys

    def _refetch(self, now: datetime) -> None:
        try:
            metadata = self._fetch(f"{self._issuer}/.well-known/openid-configuration")
            if metadata.get("issuer") != self._issuer:
                return
            rows = self._fetch(metadata["jwks_uri"])["keys"]
            # Keys of other types sign for other clients; one of a type unknown here must not spoil the set.
            self._keys = KeySet([ECKey.import_key(row) for row in rows if row.get("kty") == "EC"])
            self._fetched_at = now
        except (requests.RequestException, JoseError, ValueError, TypeError, KeyError):
            # The keys we have stay good: an outage of the provider must not shut the account API.
            return


def json_fetcher(timeout: float) -> FetchJson:
    """Return a function that gets a JSON object from the issuer, without redirects and with a bound on its size."""

    def fetch(url: str) -> dict[str, Any]:
        with requests.get(url, timeout=timeout, allow_redirects=False, stream=True) as answer:
            answer.raise_for_status()
            body = answer.raw.read(LARGEST_ANSWER + 1, decode_content=True)
        if answer.status_code != requests.codes.ok or len(body) > LARGEST_ANSWER:
            raise ValueError("no JSON document of ordinary size")
        document = json.loads(body)
        if not isinstance(document, dict):
            raise TypeError("no JSON object")
        return document

    return fetch
