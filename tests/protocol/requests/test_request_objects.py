"""Request objects (RFC 9101, Core 6, P3): parameters that the client signed, by value, by reference and pushed."""

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from werkzeug.test import Client

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.household import CLIENT_KEY
from tests.drivers.provider import ISSUER, Provider
from tests.drivers.relying_party import ASSERTION, RelyingParty
from tests.drivers.signing import REGISTRIES
from tests.drivers.site import Site, a_site

KEYS: dict[str, Any] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}, private=True),
    "ES256": CLIENT_KEY,
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}, private=True),
}
KEYS["PS256"] = KEYS["RS256"]
JWKS = {"keys": [KEYS[alg].as_dict(private=False) for alg in ("RS256", "ES256", "EdDSA")]}
OF_ANOTHER = ECKey.generate_key("P-256", {"kid": "client"}, private=True)
DEEP: dict[str, Any] = {}
for _ in range(40):
    DEEP = {"a": DEEP}


@pytest.fixture
def shop(provider: Provider) -> RelyingParty:
    provider.add_customer("ana")
    return provider.add_client("shop", brand="stellantis", consent="implied", jwks=JWKS)


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site("/request.jwt", b"", "application/oauth-authz-req+jwt") as told:
        yield told


def signed(rp: RelyingParty, alg: str = "ES256", key: Any = None, header: dict[str, Any] | None = None, **changed: Any) -> str:
    """The parameters of a fresh request as an object; one that is None is left out."""
    now = int(rp.clock.now().timestamp())
    usual = {"iss": rp.client_id, "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 300}
    claims = {name: value for name, value in (usual | rp.parameters() | changed).items() if value is not None}
    made = key or KEYS[alg]
    said = {"alg": alg, "kid": made.kid, "typ": "oauth-authz-req+jwt"} | (header or {})
    return jws.serialize_compact(said, json.dumps(claims), made, registry=REGISTRIES[alg])


def unsigned(rp: RelyingParty) -> str:
    parts = ({"alg": "none"}, {**rp.parameters(), "iss": rp.client_id, "aud": ISSUER})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def by_value(rp: RelyingParty, browser: Browser, token: str, **beside: str) -> Page:
    """The browser comes with an object, and what Core 6.1 wants beside it."""
    said = {"response_type": "code", "scope": "openid", "redirect_uri": rp.redirect_uri, "request": token} | beside
    given = {"client_id": rp.client_id, **{name: value for name, value in said.items() if value}}
    return browser.open(f"{ISSUER}/authorize?{urlencode(given)}")


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_a_signed_request_leads_to_tokens(shop: RelyingParty, browser: Browser, alg: str) -> None:
    """RFC 9101 5.1, Core 6.1: `state` and `nonce` of the object come back, max_age as a number and claims as an object too."""
    token = signed(shop, alg, max_age=3600, claims={"id_token": {"auth_time": {"essential": True}}})
    by_value(shop, browser, token, state="beside", nonce="beside")
    tokens = shop.redeem(shop.code(browser.sign_in("ana", ANA_PASSWORD)))
    assert tokens.status == 200
    claims = shop.claims(tokens["id_token"])
    assert (claims["nonce"], "auth_time" in claims) == (shop.last.nonce, True)


def test_what_is_inside_wins_and_what_is_beside_counts_where_it_is_silent(shop: RelyingParty, browser: Browser) -> None:
    """Core 6.1: the object supersedes; its redirect_uri too, whatever stands outside. Bad ones inside meet a page of ours."""
    token = signed(shop, state=None)
    shop.last.state = "beside"
    page = by_value(shop, browser, token, redirect_uri="https://evil.example/cb", state="beside", prompt="login")
    assert shop.code(browser.sign_in("ana", ANA_PASSWORD))
    assert page.status == 200
    refused = by_value(shop, browser, signed(shop, redirect_uri="https://evil.example/cb"))
    assert (refused.status, refused.left) == (400, False)


def test_where_the_client_must_sign_the_object_stands_alone(provider: Provider, browser: Browser) -> None:
    """RFC 9101 5, 10.5: an unsigned request is refused, and nothing beside an object counts."""
    provider.add_customer("ana")
    shop = provider.add_client("shop", brand="stellantis", consent="implied", jwks=JWKS, require_signed_request_object=True)
    assert browser.open(shop.request()).query["error"] == "invalid_request"
    silent = by_value(shop, browser, signed(shop, scope=None), scope="openid")
    assert silent.query["error"] == "invalid_scope"
    assert by_value(shop, browser, signed(shop, client_id=None)).query["error"] == "invalid_request_object"
    token = signed(shop)
    by_value(shop, browser, token, redirect_uri="", scope="", response_type="", prompt="none", state="x")
    assert shop.code(browser.sign_in("ana", ANA_PASSWORD))


BAD: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "other"},
    "another audience": {"aud": "https://other.example"},
    "audiences without us": {"aud": ["https://other.example"]},
    "another client_id": {"client_id": "other"},
    "a client assertion": {"sub": "shop"},
    "over": {"exp": 1},
    "from the future": {"nbf": 2**40},
    "a time that is none": {"exp": "soon"},
    "an object inside": {"request": "a.b.c"},
    "a reference inside": {"request_uri": "https://shop.example/r"},
    "a number for text": {"scope": 7},
    "a truth for a number": {"max_age": True},
    "null": {"claims": [None]},
    "too deep": {"claims": DEEP},
    "what cannot be kept": {"state": "\x00"},
    "half a character": {"state": "\ud800"},
    "the type of another token": {"header": {"typ": "at+jwt"}},
    "what is critical": {"header": {"crit": ["kid"]}},
    "the key of another": {"key": OF_ANOTHER},
}


def test_an_object_that_is_not_in_order_is_told_to_the_address_beside_it(shop: RelyingParty, browser: Browser) -> None:
    """RFC 9101 6, 7, 10.8, P12: invalid_request_object, with the outer state; nothing of the object is believed."""
    for what, changed in BAD.items():
        page = by_value(shop, browser, signed(shop, **changed), state="beside")
        assert page.left, what
        assert (page.query["error"], page.query["state"], page.query["iss"]) == ("invalid_request_object", "beside", ISSUER), (
            what
        )
    for token in ("a.b.c", "x", "a.b.c.d.e", signed(shop) + "x"):
        assert by_value(shop, browser, token).query["error"] == "invalid_request_object", token[:20]
    assert by_value(shop, browser, signed(shop, prompt="odd")).query["error"] == "invalid_request"
    nowhere = by_value(shop, browser, signed(shop, iss="other"), redirect_uri="")
    assert (nowhere.status, nowhere.left) == (400, False)
    both = by_value(shop, browser, signed(shop), request_uri="https://shop.example/r")
    assert both.query["error"] == "invalid_request"


def test_unsigned_objects_are_not_offered(shop: RelyingParty, browser: Browser, site: Site, provider: Provider) -> None:
    """Core 3.1.2.6, P3: the codes that say so, by value and by reference."""
    assert by_value(shop, browser, unsigned(shop)).query["error"] == "request_not_supported"
    other = provider.add_client("other", request_uris=[site.url])
    site.body = unsigned(other).encode()
    assert by_reference(other, browser, site.url).query["error"] == "request_uri_not_supported"


def test_the_algorithm_is_the_one_that_is_registered(provider: Provider, browser: Browser) -> None:
    """Registration 2 request_object_signing_alg: all others are refused."""
    shop = provider.add_client("shop", jwks=JWKS, request_object_signing_alg="PS256")
    assert by_value(shop, browser, signed(shop, "RS256")).query["error"] == "invalid_request_object"
    assert by_value(shop, browser, signed(shop, "PS256")).status == 200


def by_reference(rp: RelyingParty, browser: Browser, uri: str, **beside: str) -> Page:
    return by_value(rp, browser, "", request_uri=uri, **beside)


def test_an_object_by_reference_is_fetched_when_it_is_named(provider: Provider, browser: Browser, site: Site) -> None:
    """Core 6.2, RFC 9101 5.2: never at registration; only what is registered; one whose hash is named is fetched once."""
    provider.add_customer("ana")
    shop = provider.add_client("shop", brand="stellantis", consent="implied", jwks=JWKS, request_uris=[f"{site.url}#x"])
    assert site.calls == []
    for foreign in ("https://other.example/r", f"{site.url}/more", "urn:x", "file:///etc/passwd", "http://[#x", "//\u2100#"):
        assert by_reference(shop, browser, foreign).query["error"] == "invalid_request_uri", foreign
    assert site.calls == []
    for _ in range(2):  # the content changes, and so does the hash in the fragment
        site.body = signed(shop).encode()
        hashed = f"{site.url}#{base64.urlsafe_b64encode(hashlib.sha256(site.body).digest()).decode().rstrip('=')}"
        for _ in range(2):
            assert by_reference(shop, browser, hashed).status == 200
    assert site.calls == ["/request.jwt"] * 2
    shop.code(browser.sign_in("ana", ANA_PASSWORD))
    site.body = b"\xff"
    assert by_reference(shop, browser, f"{site.url}#x", state="s").query == {
        "error": "invalid_request_uri",
        "error_description": "The request object could not be fetched",
        "state": "s",
        "iss": ISSUER,
    }


def test_a_page_left_open_overnight_is_not_answered_for_a_request_by_reference(
    provider: Provider, browser: Browser, site: Site, clock: TestClock
) -> None:
    """P2: by-reference requests get the way back; one by value carries all that was signed, and is parked anew."""
    provider.add_customer("ana")
    shop = provider.add_client("shop", brand="stellantis", consent="implied", jwks=JWKS, request_uris=[site.url])
    site.body = signed(shop).encode()
    by_reference(shop, browser, site.url)
    clock.advance(timedelta(hours=9))
    late = browser.sign_in("ana", ANA_PASSWORD)
    assert (late.left, late.link("Back to Shop")) == (False, "https://shop.example/")
    by_value(shop, browser, signed(shop))
    clock.advance(timedelta(hours=9))
    assert shop.code(browser.sign_in("ana", ANA_PASSWORD))


def test_a_signed_request_may_be_pushed(shop: RelyingParty, browser: Browser) -> None:
    """RFC 9126 3: the object alone counts; one that is not in order leaves nothing behind."""
    pushed = shop.post("/par", request=signed(shop), state="beside", scope="x")
    assert pushed.status == 201
    browser.open(shop.fetched(pushed["request_uri"]))
    assert shop.code(browser.sign_in("ana", ANA_PASSWORD))
    assert shop.post("/par", request=signed(shop, key=OF_ANOTHER)).error == "invalid_request_object"
    assert shop.post("/par", request=signed(shop, redirect_uri=None), redirect_uri=shop.redirect_uri).status == 400
    assert shop.post("/par", request=unsigned(shop)).error == "request_not_supported"


def test_the_profile_fapi2_wants_times_and_parties(provider: Provider) -> None:
    """FAPI 2.0 Message Signing 5.3.1: nbf and exp within an hour, iss and aud; no RS256."""
    bank = provider.add_client("bank", brand="stellantis", consent="implied", profile="fapi2", jwks=JWKS)
    bank.key = CLIENT_KEY
    now = int(bank.clock.now().timestamp())
    assert bank.post("/par", request=signed(bank)).status == 201
    wrong: tuple[dict[str, Any], ...] = (
        {"nbf": None},
        {"exp": None},
        {"iss": None},
        {"aud": None},
        {"exp": now + 3601},
        {"nbf": now - 3601},
        {"alg": "RS256"},
    )
    for changed in wrong:
        assert bank.post("/par", request=signed(bank, **changed)).error == "invalid_request_object", changed


def test_a_client_may_be_registered_to_push(provider: Provider, browser: Browser) -> None:
    """RFC 9126 6: require_pushed_authorization_requests, also without a profile that asks for it."""
    provider.add_customer("ana")
    shop = provider.add_client(
        "shop", brand="stellantis", consent="implied", jwks=JWKS, require_pushed_authorization_requests=True
    )
    assert browser.open(shop.request()).query["error"] == "invalid_request"
    assert by_value(shop, browser, signed(shop)).query["error"] == "invalid_request"
    browser.open(shop.pushed_request())
    assert shop.code(browser.sign_in("ana", ANA_PASSWORD))


def test_keys_that_the_client_publishes(provider: Provider, browser: Browser, site: Site, clock: TestClock) -> None:
    """P3: by `jwks_uri`; an unknown kid fetches the set once more, so that clients rotate by themselves."""
    site.kind, site.body = "application/json", json.dumps({"keys": [CLIENT_KEY.as_dict(private=False)]}).encode()
    shop = provider.add_client("shop", jwks_uri=site.url)
    new = ECKey.generate_key("P-256", {"kid": "new"}, private=True)
    assert by_value(shop, browser, signed(shop)).status == 200
    site.body = json.dumps({"keys": [new.as_dict(private=False)]}).encode()
    clock.advance(timedelta(seconds=31))
    for _ in range(2):
        assert by_value(shop, browser, signed(shop, key=new)).status == 200
    assert by_value(shop, browser, signed(shop)).query["error"] == "invalid_request_object"
    assert len(site.calls) == 2


def test_a_signed_request_may_come_by_post(shop: RelyingParty, browser: Browser) -> None:
    """Core 3.1.2.1: GET and POST."""
    browser.post(f"{ISSUER}/authorize", {"client_id": "shop", "request": signed(shop)})
    assert shop.code(browser.sign_in("ana", ANA_PASSWORD))


def test_the_largest_request_there_can_be(provider: Provider, site: Site) -> None:
    """P2, P12: what an object holds and what stands beside it, each as long as it may be and all beyond ASCII, is parked."""
    shop = provider.add_client("shop", jwks=JWKS, request_uris=[site.url])
    smile = "\U0001f600"
    asked = json.dumps({"userinfo": {smile * 2700: None}}, ensure_ascii=False)
    inside = json.dumps({"redirect_uri": shop.redirect_uri, "claims": asked}, ensure_ascii=False)
    site.body = jws.serialize_compact({"alg": "ES256", "kid": "client"}, inside, CLIENT_KEY).encode()
    beside = shop.parameters(request_uri=site.url, state=smile * 2048, nonce=smile * 512, acr_values=smile * 1024)
    body = "&".join(f"{name}={value}" for name, value in beside.items()).encode()
    caller, form = Client(provider.app), "application/x-www-form-urlencoded"
    page = caller.post("/authorize", data=body, content_type=form, base_url=ISSUER, follow_redirects=True)
    assert (page.status_code, page.request.path.rpartition("/")[0]) == (200, "/signin")


def test_a_request_object_proves_no_client(provider: Provider) -> None:
    """RFC 8725 3.11, RFC 9101 10.8: one that passed through a browser signs nobody in, whatever its client put inside."""
    bank = provider.add_client("bank", token_endpoint_auth_method="private_key_jwt", jwks=JWKS)

    def shows(**header: str) -> str | None:
        token = signed(bank, sub="bank", jti=header["typ"], header=header)
        sent = {"grant_type": "refresh_token", "refresh_token": "x", "client_assertion_type": ASSERTION}
        return bank.raw("POST", "/token", data=sent | {"client_assertion": token}).error

    assert shows(typ="oauth-authz-req+jwt") == shows(typ="application/dpop+jwt") == "invalid_client"
    assert shows(typ="JWT") == shows(typ="client-authentication+jwt") == "invalid_grant"
