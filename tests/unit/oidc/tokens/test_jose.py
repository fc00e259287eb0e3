import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey
from joserfc.util import urlsafe_b64encode

from idp.oidc.tokens.jose import COMPACT, SigningKey, peek, seconds, verify, verify_ours
from idp.oidc.tokens.keys import ALGORITHMS

KEYS = {alg: make() for alg, make in ALGORITHMS.items()}
OURS = {alg: SigningKey(key.thumbprint(), alg, key) for alg, key in KEYS.items()}
BY_KID = {key.kid: key for key in OURS.values()}


def ours(token: str, *types: str) -> dict[str, Any] | None:
    return verify_ours(token, BY_KID.get, types or ("JWT",))


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_what_we_sign_we_read_and_so_does_any_library(alg: str) -> None:
    claims = {"sub": "é\u0000\U0001f600", "n": 1}
    token = OURS[alg].sign(claims, "JWT")
    assert ours(token) == claims
    assert verify(token, KEYS[alg], alg) == claims
    assert COMPACT.fullmatch(token)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_one_type_is_not_taken_for_another(alg: str) -> None:
    """RFC 8725 3.11."""
    token = OURS[alg].sign({"sub": "x"}, "at+jwt")
    assert ours(token, "JWT", "logout+jwt") is None
    assert ours(token, "JWT", "at+jwt") == {"sub": "x"}


def test_the_header_decides_nothing() -> None:
    """RFC 8725 3.1: not the algorithm, not the key, not where to fetch one; only the very header we write is read."""
    es = OURS["ES256"]
    for header in (
        {"alg": "none", "kid": es.kid, "typ": "JWT"},
        {"alg": "HS256", "kid": es.kid, "typ": "JWT"},
        {"alg": "ES256", "typ": "JWT", "kid": es.kid},
        {"alg": "ES256", "kid": es.kid, "typ": "JWT", "jku": "https://evil.example"},
        {"alg": "ES256", "kid": es.kid, "typ": "JWT", "jwk": KEYS["ES256"].as_dict(private=False)},
        {"alg": "ES256", "kid": es.kid, "typ": "JWT", "crit": []},
    ):
        signed = f"{encoded(header)}.{encoded({'sub': 'x'})}"
        signature = jws.JWSRegistry.algorithms["ES256"].sign(signed.encode(), KEYS["ES256"])
        assert ours(f"{signed}.{urlsafe_b64encode(signature).decode()}") is None
        assert ours(f"{signed}.") is None


def test_a_public_key_is_no_shared_secret() -> None:
    """RFC 8725 2.1: the classic confusion."""
    public = json.dumps(KEYS["RS256"].as_dict(private=False)).encode()
    forged = jws.serialize_compact(
        {"alg": "HS256", "kid": OURS["RS256"].kid, "typ": "JWT"}, b'{"sub":"x"}', OctKey.import_key(public), ["HS256"]
    )
    assert ours(forged) is None
    assert verify(forged, KEYS["RS256"], "RS256") is None


def test_a_changed_token_is_none() -> None:
    token = OURS["ES256"].sign({"sub": "x"}, "JWT")
    head, payload, signature = token.split(".")
    other = OURS["ES256"].sign({"sub": "y"}, "JWT").split(".")[1]
    for changed in (
        f"{head}.{other}.{signature}",
        f"{head}.{payload}.{signature[:-4]}AAAA",
        f"{head}.{payload}",
        f"{token}.",
        f" {token}",
        f"{token}=",
        f"{token}\n",
        f"{head}.{payload}.{signature}.{signature}",
    ):
        assert ours(changed) is None


def test_a_key_of_another_algorithm_does_not_verify() -> None:
    token = OURS["ES256"].sign({"sub": "x"}, "JWT")
    assert verify(token, KEYS["ES256"], "RS256") is None
    assert verify(token, KEYS["RS256"], "RS256") is None
    assert verify(token, ECKey.generate_key("P-256"), "ES256") is None


def test_long_and_deep_input_is_none() -> None:
    """P12."""
    deep = ("[" * 100_000).encode()
    for token in ("a" * 20_000, f"{encoded({})}.{urlsafe_b64encode(deep[:9000]).decode()}.AAAA"):
        assert ours(token) is None
        assert peek(token) is None
        assert verify(token, KEYS["ES256"], "ES256") is None
    for length, read in ((16 * 1024, True), (16 * 1024 + 4, False)):
        signed = OURS["ES256"].sign({"x": ""}, "JWT")
        token = OURS["ES256"].sign({"x": "y" * ((length - len(signed)) * 3 // 4)}, "JWT")
        assert abs(len(token) - length) <= 2
        assert (ours(token) is not None, peek(token) is not None) == (read, read)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_=+/-]{0,20}\.[A-Za-z0-9_-]{0,20}\.[A-Za-z0-9_-]{0,20}", fullmatch=True))
def test_no_text_makes_it_stumble(token: str) -> None:
    assert ours(token) is None
    assert verify(token, KEYS["ES256"], "ES256") is None
    peek(token)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_no_header_makes_it_stumble(value: Any) -> None:
    for header in ({"alg": value}, {"kid": value}, {"alg": "ES256", "kid": value, "typ": "JWT"}, value):
        token = f"{encoded(header)}.{encoded({'sub': 'x'})}.AAAA"
        assert ours(token) is None
        assert verify(token, KEYS["ES256"], "ES256") is None
        found = peek(token)
        assert found is None or found.text("kid") is None or isinstance(value, str)


@pytest.mark.parametrize(
    ("value", "found"),
    [(0, 0.0), (1.5, 1.5), (True, None), ("1", None), (-1, None), (2**53, None), (10**400, None), (None, None), ([], None)],
)
def test_a_numeric_date_is_a_sensible_number(value: Any, found: float | None) -> None:
    """RFC 7519 2."""
    assert seconds({"exp": value}, "exp") == found
    assert seconds({}, "exp") is None


def encoded(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode()
