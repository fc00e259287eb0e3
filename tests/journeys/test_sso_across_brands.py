"""One sign-in, two brands: known at the second, asked once, apart where it matters, and out at both."""

from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser
from tests.drivers.post import Post
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

Brands = tuple[RelyingParty, RelyingParty]


@pytest.fixture
def brands(provider: Provider) -> Brands:
    provider.add_customer(given_name="Ana", numbers={"stellantis": "ST-1", "alphera": "AL-2"})
    first = provider.add_client("drive", brand="stellantis", consent="implied", resources=["https://drive.example/api"])
    second = provider.add_client(
        "sphere",
        brand="alphera",
        consent="implied",
        resources=["https://sphere.example/api"],
        post_logout_redirect_uris=["https://sphere.example/bye"],
    )
    return first, second


def sign_in_at(party: RelyingParty, browser: Browser) -> dict[str, str]:
    browser.open(party.request())
    return party.redeem(party.code(browser.sign_in("ana", ANA_PASSWORD))).body


def test_the_second_brand_asks_once_and_remembers(brands: Brands, browser: Browser) -> None:
    first, second = brands
    sign_in_at(first, browser)
    page = browser.open(second.request())
    assert "Use the same sign-in at ALPHERA Financial Services?" in page.text
    assert second.redeem(second.code(browser.submit(press="allow"))).status == 200
    assert browser.open(second.request()).left
    assert browser.open(first.request()).left


def test_deny_is_told_to_the_client_and_asked_again_next_time(brands: Brands, browser: Browser) -> None:
    first, second = brands
    sign_in_at(first, browser)
    browser.open(second.request())
    answer = browser.submit(press="deny")
    assert answer.query["error"] == "access_denied"
    assert answer.query["state"] == second.last.state
    assert answer.query["iss"] == second.issuer
    assert "Use the same sign-in" in browser.open(second.request()).text


def test_a_kind_of_proof_that_a_brand_does_not_accept_is_not_told_to_it(
    provider: Provider, brands: Brands, browser: Browser, tmp_path: Path
) -> None:
    """P2: it counts as absent at every code, also in a running session."""
    first, second = brands
    provider.add_mail_code()
    provider.puts_off_the_offer()
    browser.open(second.request())
    browser.sign_in("ana", ANA_PASSWORD)
    browser.submit(press="send")
    tokens = second.redeem(second.code(browser.submit(code=Post(provider, tmp_path).code("mail_code"))))
    assert [second.claims(tokens["id_token"])[name] for name in ("acr", "amr")] == ["2sv", ["pwd", "otp"]]
    browser.open(first.request())
    tokens = first.redeem(first.code(browser.submit(press="allow")))
    assert [first.claims(tokens["id_token"])[name] for name in ("acr", "amr")] == ["pwd", ["pwd"]]
    assert first.introspect(tokens["access_token"])["acr"] == "pwd"


def test_brands_cannot_match_customers_behind_their_back(provider: Provider, brands: Brands, browser: Browser) -> None:
    first, second = brands
    one = first.claims(sign_in_at(first, browser)["id_token"])
    browser.open(second.request())
    other = second.claims(second.redeem(second.code(browser.submit(press="allow")))["id_token"])
    assert one["sub"] != other["sub"]
    assert one["sid"] != other["sid"]
    sister = provider.add_client("drive-app", brand="stellantis", consent="implied")
    again = sister.claims(sister.redeem(sister.code(browser.open(sister.request())))["id_token"])
    assert (again["sub"], again["sid"]) == (one["sub"], one["sid"])


def test_an_access_token_carries_the_number_of_its_own_brand_and_the_id_token_none(brands: Brands, browser: Browser) -> None:
    first, second = brands
    mine = sign_in_at(first, browser)
    browser.open(second.request())
    theirs = second.redeem(second.code(browser.submit(press="allow"))).body
    access = first.claims(mine["access_token"])
    assert (access["customer_number"], access["aud"]) == ("ST-1", "https://drive.example/api")
    assert second.claims(theirs["access_token"])["customer_number"] == "AL-2"
    assert "customer_number" not in first.claims(mine["id_token"])


def test_the_number_of_one_brand_never_goes_to_the_api_of_another(provider: Provider, brands: Brands, browser: Browser) -> None:
    """P4: numbers are given by each brand, so ST-1 may be somebody else at the other."""
    apis = ["https://drive.example/api", "https://sphere.example/api"]
    for brand, api in zip(("stellantis", "alphera"), apis, strict=True):
        provider.add_client(f"{brand}-api", brand=brand, grant_types=[], redirect_uris=[], owns=[api])
    both = provider.add_client("garage", brand="stellantis", consent="implied", resources=apis)
    browser.open(both.request(resource=apis[1]))
    tokens = both.redeem(both.code(browser.sign_in("ana", ANA_PASSWORD))).body
    assert both.claims(tokens["access_token"])["aud"] == apis[1]
    assert "customer_number" not in both.claims(tokens["access_token"])
    tokens = both.redeem(both.code(browser.open(both.request(resource=apis[0])))).body
    assert both.claims(tokens["access_token"])["customer_number"] == "ST-1"


def test_a_third_party_learns_the_number_with_the_agreements(provider: Provider, brands: Brands, browser: Browser) -> None:
    """P2: what was not allowed is not told, in no token either."""
    api = "https://compare.example/api"
    other = provider.add_client("compare", brand="stellantis", scope="openid accounts", resources=[api])
    browser.open(other.request(scope="openid"))
    browser.sign_in("ana", ANA_PASSWORD)
    tokens = other.redeem(other.code(browser.submit(press="allow"))).body
    assert "customer_number" not in other.claims(tokens["access_token"])
    browser.open(other.request(scope="openid accounts"))
    tokens = other.redeem(other.code(browser.submit(press="allow"))).body
    assert other.claims(tokens["access_token"])["customer_number"] == "ST-1"


def test_signing_out_at_one_ends_the_tokens_of_both(brands: Brands, browser: Browser) -> None:
    first, second = brands
    mine = sign_in_at(first, browser)
    browser.open(second.request())
    theirs = second.redeem(second.code(browser.submit(press="allow"))).body
    hint = {"id_token_hint": theirs["id_token"], "post_logout_redirect_uri": "https://sphere.example/bye", "state": "s t"}
    page = browser.open(f"/logout?{urlencode(hint)}")
    assert page.query == {"state": "s t"}
    assert first.userinfo(mine["access_token"]).status == 401
    assert second.userinfo(theirs["access_token"]).status == 401
    assert first.refresh(mine["refresh_token"]).error == "invalid_grant"
    assert "Sign in to Drive" in browser.open(first.request()).text
