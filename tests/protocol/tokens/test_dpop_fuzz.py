"""Proofs that somebody made to break things: whatever stands in one, the answer is clear (P12)."""

import base64
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from idp.core.key_sets import key_of
from tests.builders import TestClock
from tests.drivers.provider import a_provider
from tests.drivers.relying_party import RelyingParty, ath, basic

KEY = ECKey.generate_key("P-256", private=True)
PLACES = {"/token": "POST", "/par": "POST", "/userinfo": "GET"}
MEMBERS = ("kty", "crv", "x", "y", "n", "e", "d", "k", "use", "key_ops", "alg", "kid", "x5c", "oth")
HEADER = ("typ", "alg", "jwk", "kid", "crit", "b64", "x5c", "jku", "zip")
CLAIMS = ("jti", "htm", "htu", "iat", "ath", "nonce", "exp")
ANY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(), max_size=20),
    st.sampled_from(["none", "HS256", "ES256", "PS256", "EdDSA", "EC", "OKP", "RSA", "P-384", "AQAB", "A" * 2800]),
    st.lists(st.text(max_size=3), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none(), max_size=2),
)


def some(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), ANY, max_size=2)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelyingParty]:
    """A client that proves itself by secret, for the user info with a token of its own: past what comes before the proof."""
    folder: Path = tmp_path_factory.mktemp("fuzz")
    with a_provider(folder, TestClock()) as provider:
        grants = ["authorization_code", "refresh_token", "client_credentials"]
        yield provider.add_client("app", grant_types=grants, scope="openid profile email accounts")


@pytest.fixture(scope="module")
def token(app: RelyingParty) -> str:
    return str(app.token(grant_type="client_credentials")["access_token"])


def answered(app: RelyingParty, token: str, path: str, proof: str) -> bool:
    if path == "/userinfo":
        return app.raw("GET", path, headers={"Authorization": f"DPoP {token}", "DPoP": proof}).status == 401
    form = app.parameters() if path == "/par" else {"grant_type": "refresh_token", "refresh_token": "x"}
    headers = {"Authorization": basic(app.client_id, app.secret or ""), "DPoP": proof}
    return app.raw("POST", path, data=form, headers=headers).status in (201, 400)


def signed(header: dict[str, Any], claims: dict[str, Any]) -> str:
    said = ".".join(text_of(json.dumps(part).encode()) for part in (header, claims))
    return f"{said}.{text_of(JWSRegistry.algorithms['ES256'].sign(said.encode(), KEY))}"


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some(MEMBERS), some(HEADER), some(CLAIMS), st.sampled_from(sorted(PLACES)))
def test_no_proof_breaks_anything(
    app: RelyingParty, token: str, member: dict[str, Any], header: dict[str, Any], claims: dict[str, Any], path: str
) -> None:
    """RFC 9449 4.3: the signature is good, for strangers may sign whatever they like."""
    said = {"typ": "dpop+jwt", "alg": "ES256", "jwk": KEY.as_dict(private=False) | member} | header
    now = int(app.clock.now().timestamp())
    meant = {"jti": secrets.token_hex(8), "htm": PLACES[path], "htu": app.issuer + path, "iat": now, "ath": ath(token)}
    assert answered(app, token, path, signed(said, meant | claims))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=60), st.sampled_from(sorted(PLACES)))
def test_no_header_breaks_anything(app: RelyingParty, token: str, proof: str, path: str) -> None:
    """P12."""
    assert answered(app, token, path, proof)


def test_a_key_that_costs_too_much_is_none() -> None:
    """P12: with a long exponent or modulus one check of a signature takes as long as many of ours."""
    good = RSAKey.generate_key(2048, private=False).as_dict(private=False)
    assert key_of(good) is not None
    assert key_of(good | {"e": text_of(b"\x7f" * 5)}) is None
    assert key_of(good | {"n": text_of(b"\x7f" * 1024)}) is not None
    assert key_of(good | {"n": text_of(b"\x7f" * 1025)}) is None
