"""Whatever a client signs: no 5xx, and no browser is sent to an address that is not registered (RFC 9101 10, P12)."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jws import JWSRegistry
from werkzeug.test import Client

from idp.oidc.authorization.request import ONCE
from tests.drivers.household import CLIENT_KEY
from tests.drivers.provider import ISSUER, Provider
from tests.drivers.relying_party import RelyingParty
from tests.faults.test_fuzz import unhurried

ES256 = JWSRegistry.algorithms["ES256"]
NAMES = (*ONCE, "resource", "iss", "aud", "exp", "nbf", "iat", "sub", "jti", "signed", "pushed")
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "none", "login", "code", "query", "form_post", "openid", "-1", "9" * 30, "null", "{}", "[]", "shop", ISSUER]
    ),
    st.sampled_from(
        ["https://shop.example/callback", "https://evil.example/", "http://[", "http://[#x", "//\u2100#", "\x00", "\ud800"]
    ),
    st.sampled_from(
        ['{"id_token": {"sub": {"value": 1}}}', '{"id_token": {"acr": {"values": [[]]}}}', "[" * 1200, '{"a": 1e400}']
    ),
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.none(), st.booleans(), st.integers(), st.floats()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
CHANGES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4)
HEADERS = st.dictionaries(
    st.sampled_from(["alg", "kid", "typ", "cty", "crit", "b64", "jwk", "jku", "x5u", "zip"]), VALUES, max_size=2
)
BESIDE = st.dictionaries(st.sampled_from([name for name in ONCE if name not in ("client_id", "request")]), TEXTS, max_size=3)


@pytest.mark.parametrize("sole", [False, True], ids=["beside", "alone"])
def test_whatever_a_client_signs(provider: Provider, sole: bool) -> None:
    """RFC 9101 5, 6: whether what stands beside it counts or not, and whether it is pushed or brought by a browser."""
    keys = {"keys": [CLIENT_KEY.as_dict(private=False)]}
    shop = provider.add_client("shop", jwks=keys, require_signed_request_object=sole)
    ours = (shop.redirect_uri, f"{ISSUER}/", "/")

    @unhurried(80)
    @given(CHANGES, HEADERS, BESIDE)
    def holds(changed: dict[str, Any], header: dict[str, Any], beside: dict[str, str]) -> None:
        sent = {"client_id": "shop", "redirect_uri": shop.redirect_uri, "request": an_object(shop, changed, header), **beside}
        query = urlencode(sent, errors="surrogatepass")
        answer = Client(provider.app, use_cookies=False).get(f"/authorize?{query}", base_url=ISSUER)
        assert answer.status_code in (200, 303, 400, 414), answer.get_data()
        assert answer.status_code != 303 or answer.headers["Location"].startswith(ours)
        pushed = shop.post("/par", request=sent["request"])
        assert pushed.status in (201, 400), pushed.body

    holds()


def an_object(shop: RelyingParty, changed: dict[str, Any], header: dict[str, Any]) -> str:
    claims = {"iss": "shop", "aud": ISSUER, **shop.parameters(), **changed}
    said = ".".join(encoded(json.dumps(part).encode()) for part in ({"alg": "ES256", "kid": CLIENT_KEY.kid, **header}, claims))
    return f"{said}.{encoded(ES256.sign(said.encode(), CLIENT_KEY))}"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
