"""Tokens that come with the answer: where the operator lets them, for clients registered for them (Core 3.2, 15.2)."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.provider import Provider, a_provider
from tests.drivers.registrant import APPLICATION, Registrant
from tests.drivers.relying_party import Answer, RelyingParty

BOTH = {"response_types": ["id_token", "token id_token"], "grant_types": ["implicit"]}


@pytest.fixture
def provider(tmp_path: Path, clock: TestClock) -> Iterator[Provider]:
    with a_provider(tmp_path, clock, open_registration="true", front_channel_tokens="true") as running:
        running.add_customer("ana", given_name="Ana", family_name="Ferreira")
        yield running


def asks(provider: Provider, told: Answer, response_type: str, **more: str | None) -> str:
    """The address of a request; None leaves a parameter out."""
    sent = {
        "client_id": told["client_id"],
        "redirect_uri": APPLICATION["redirect_uris"][0],
        "response_type": response_type,
        "scope": "openid email",
        "state": "s",
        "nonce": "n-0S6_WzA2Mj",
        **more,
    }
    return f"{provider.issuer}/authorize?" + urlencode({name: value for name, value in sent.items() if value is not None})


def fragment(page: Page) -> dict[str, str]:
    """What came in the fragment; nothing came in the query."""
    parts = urlsplit(page.url)
    assert (page.left, parts.query) == (True, ""), page.text
    return dict(parse_qsl(parts.fragment))


def signed_in(browser: Browser, url: str) -> Page:
    browser.open(url)
    browser.sign_in("ana", ANA_PASSWORD)
    return browser.submit(press="allow")


def test_what_discovery_says(provider: Provider) -> None:
    """Core 15.2: a provider at which clients register by themselves MUST offer code, id_token and id_token token."""
    found = Registrant(provider).send("GET", "/.well-known/openid-configuration")
    assert found["response_types_supported"] == ["code", "id_token", "id_token token"]
    assert set(found["grant_types_supported"]) > {"authorization_code", "implicit"}


def test_tokens_come_in_the_fragment_and_end_with_the_session(provider: Provider) -> None:
    """Core 3.2.2.5, 3.2.2.10; RFC 9207 2: state and iss; at_hash is that of the token; userinfo answers until the end."""
    developer, browser = Registrant(provider), provider.browser()
    told = developer.registers(**BOTH)
    assert (told.status, told["response_types"]) == (201, ["id_token", "id_token token"])
    shop = developer.relying_party(told)
    answer = fragment(signed_in(browser, asks(provider, told, "token id_token", scope="openid email offline_access")))
    assert answer.keys() == {"access_token", "token_type", "expires_in", "scope", "id_token", "state", "iss", "session_state"}
    assert (answer["token_type"], answer["state"], answer["iss"]) == ("Bearer", "s", provider.issuer)
    assert answer["scope"] == "openid email"  # Core 11: no refresh token comes this way
    claims = shop.claims(answer["id_token"])
    left = hashlib.sha256(answer["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(left).rstrip(b"=").decode()
    assert (claims["nonce"], "email" in claims) == ("n-0S6_WzA2Mj", False)
    assert shop.userinfo(answer["access_token"])["email"] == "ana@example.test"
    posted = browser.open(asks(provider, told, "id_token token", response_mode="form_post", prompt="none"))
    assert {"access_token", "id_token"} <= posted.forms[0].fields.keys()
    assert provider.happened("CodeRedeemed")
    browser.open("/logout")
    browser.submit(press="logout")
    assert shop.userinfo(answer["access_token"]).status == 401


def test_an_id_token_alone_says_what_the_scopes_ask_for(provider: Provider) -> None:
    """Core 5.4: where no access token is issued, the claims of the scopes stand in the ID token; no at_hash (Core 3.2.2.10)."""
    developer = Registrant(provider)
    told = developer.registers(**BOTH)
    answer = fragment(signed_in(provider.browser(), asks(provider, told, "id_token")))
    assert answer.keys() == {"id_token", "state", "iss", "session_state"}
    claims = developer.relying_party(told).claims(answer["id_token"])
    assert (claims["email"], "at_hash" in claims, "name" in claims) == ("ana@example.test", False, False)


REFUSED: tuple[tuple[str, dict[str, str | None], str], ...] = (
    ("id_token", {"nonce": None}, "nonce is missing, which this response_type needs"),
    ("id_token token", {"response_mode": "query"}, "Tokens are never sent in a query"),
    ("id_token", {"scope": "email"}, "This response_type needs the scope openid"),
    ("id_token token", {"dpop_jkt": "x" * 43}, "A token that comes through the browser is bound to no key"),
    ("code", {}, "The client is not registered for the grant of this response_type"),
    ("token", {}, "response_type is not offered"),
    ("code id_token token", {}, "response_type is not offered"),
)


def test_what_no_token_is_sent_for(provider: Provider) -> None:
    """Core 3.2.2.1, Multiple Response Types 5, RFC 6749 4.2.2.1; what is wrong is told, and never with a token."""
    told, browser = Registrant(provider).registers(**BOTH), provider.browser()
    for response_type, changes, says in REFUSED:
        answer = browser.open(asks(provider, told, response_type, **changes)).query
        assert (answer["error_description"], "id_token" in answer) == (says, False)
    only = Registrant(provider).registers(response_types=["id_token"], grant_types=["implicit"])
    assert browser.open(asks(provider, only, "id_token token")).query["error"] == "unauthorized_client"


UNFIT: tuple[dict[str, Any], ...] = (
    {"response_types": ["id_token"]},
    {"response_types": ["code"], "grant_types": ["authorization_code", "implicit"]},
    {**BOTH, "redirect_uris": ["http://127.0.0.1:8000/cb"]},
    {**BOTH, "redirect_uris": ["https://localhost/cb"]},
    {**BOTH, "dpop_bound_access_tokens": True},
    {**BOTH, "profile": "fapi2", "jwks_uri": "https://ledger.example/jwks"},
)


def test_what_cannot_be_registered(provider: Provider) -> None:
    """RFC 7591 2.1: grants and response types go together; Registration 2: https, not localhost; FAPI 2.0: code alone."""
    for unfit in UNFIT:
        assert Registrant(provider).registers(**unfit).status == 400, unfit


def test_it_is_off_unless_the_operator_says_so(tmp_path: Path, clock: TestClock) -> None:
    """RFC 9700 2.1.2: code alone is discovered, registered for and answered."""
    (tmp_path / "other").mkdir()
    with a_provider(tmp_path / "other", clock, open_registration="true") as provider:
        developer = Registrant(provider)
        assert developer.send("GET", "/.well-known/openid-configuration")["response_types_supported"] == ["code"]
        assert developer.registers(**BOTH).error == "invalid_client_metadata"
        shop: RelyingParty = provider.add_client("shop", **BOTH)
        refused = provider.browser().open(shop.request(response_type="id_token"))
        assert refused.query["error"] == "unsupported_response_type"
