"""The issuer's keys: cached, found again after a rotation, and not fetched at a stranger's will."""

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey

from portals.issuer_keys import LIFE, IssuerKeys, KeysUnavailable, TokenRejected
from tests.unit.portals.conftest import MovedClock

ISSUER = "https://id.example"


class Shelf:
    """What the issuer publishes, and how often it was asked."""

    def __init__(self) -> None:
        self.keys = [ECKey.generate_key("P-256", auto_kid=True)]
        self.down = False
        self.asked = 0

    def fetch(self, url: str) -> dict[str, Any]:
        self.asked += 1
        if self.down:
            raise requests.ConnectionError
        if url.endswith("/openid-configuration"):
            return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"}
        others = [OKPKey.generate_key("Ed25519").as_dict(private=False), {"kty": "new", "kid": "unheard-of"}]
        return {"keys": [*others, *(key.as_dict(private=False) for key in self.keys)]}

    def token(self, key: ECKey | None = None, **header: Any) -> str:
        key = key or self.keys[-1]
        return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid} | header, {"sub": "x"}, key)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def keys(shelf: Shelf, clock: MovedClock) -> IssuerKeys:
    return IssuerKeys(ISSUER, shelf.fetch, clock)


def test_keys_are_fetched_once(keys: IssuerKeys, shelf: Shelf) -> None:
    for _ in range(3):
        assert keys.verify(shelf.token(), "at+jwt").claims == {"sub": "x"}
    assert shelf.asked == 2


def test_the_long_form_of_the_type_counts_too(keys: IssuerKeys, shelf: Shelf) -> None:
    assert keys.verify(shelf.token(typ="application/at+jwt"), "at+jwt").claims == {"sub": "x"}


def test_a_new_key_is_found_by_its_kid(keys: IssuerKeys, shelf: Shelf, clock: MovedClock) -> None:
    keys.verify(shelf.token(), "at+jwt")
    shelf.keys.append(ECKey.generate_key("P-256", auto_kid=True))
    clock.advance(timedelta(seconds=10))
    assert keys.verify(shelf.token(), "at+jwt").claims == {"sub": "x"}


def test_a_withdrawn_key_is_forgotten_within_the_hour(keys: IssuerKeys, shelf: Shelf, clock: MovedClock) -> None:
    old = shelf.token()
    keys.verify(old, "at+jwt")
    shelf.keys = [ECKey.generate_key("P-256", auto_kid=True)]
    clock.advance(LIFE)
    with pytest.raises(TokenRejected):
        keys.verify(old, "at+jwt")


def test_an_outage_keeps_what_is_known(keys: IssuerKeys, shelf: Shelf, clock: MovedClock) -> None:
    keys.verify(shelf.token(), "at+jwt")
    shelf.down = True
    clock.advance(LIFE)
    assert keys.verify(shelf.token(), "at+jwt").claims == {"sub": "x"}


def test_with_no_keys_at_all_nothing_is_decided(keys: IssuerKeys, shelf: Shelf, clock: MovedClock) -> None:
    shelf.down = True
    with pytest.raises(KeysUnavailable):
        keys.verify(shelf.token(), "at+jwt")
    shelf.down = False
    clock.advance(timedelta(seconds=10))
    assert keys.verify(shelf.token(), "at+jwt").claims == {"sub": "x"}


def test_a_shared_secret_is_no_key(keys: IssuerKeys, shelf: Shelf) -> None:
    """RFC 8725 3.1: the published key must not pass as an HMAC secret."""
    public = shelf.keys[0]
    head = b64(json.dumps({"alg": "HS256", "typ": "at+jwt", "kid": public.kid}).encode())
    signed = f"{head}.{b64(b'{}')}"
    mac = hmac.digest(public.as_pem(private=False), signed.encode(), "sha256")
    with pytest.raises(TokenRejected):
        keys.verify(f"{signed}.{b64(mac)}", "at+jwt")


def test_a_key_inside_the_token_is_ignored(keys: IssuerKeys) -> None:
    own = ECKey.generate_key("P-256", auto_kid=True)
    header = {"alg": "ES256", "typ": "at+jwt", "kid": own.kid, "jwk": own.as_dict(private=False)}
    with pytest.raises(TokenRejected):
        keys.verify(jwt.encode(header, {"sub": "x"}, own), "at+jwt")
