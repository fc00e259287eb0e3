"""Staff always sign in with two factors, whatever an application asks; who has no second one is led to it."""

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.test_offer import takes_the_key


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    provider.make_staff("ana")
    return provider.add_client("shop", brand=str(request.param), consent="implied")


def acr(shop: RelyingParty, browser: Browser) -> str:
    return str(shop.claims(shop.redeem(shop.code(browser.page))["id_token"])["acr"])


def test_staff_prove_both_factors(shop: RelyingParty, provider: Provider, browser: Browser) -> None:
    app = provider.add_app()
    browser.open(shop.request())
    assert "Enter the code from your app" in browser.sign_in("ana", ANA_PASSWORD).text
    browser.submit(code=app.code())
    assert acr(shop, browser) == "mfa"


def test_staff_without_a_second_factor_set_one_up(shop: RelyingParty, provider: Provider, browser: Browser) -> None:
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    assert browser.cookie("idp_session") is None
    provider.contact_vouches(browser)
    assert "Staff always sign in with a second step" in browser.text()
    browser.open(browser.page.link("authenticator app"))
    page = browser.submit(code=takes_the_key(browser.page, provider).code(), label="Phone")
    browser.open(page.link("Continue"))
    assert acr(shop, browser) == "mfa"


def test_who_becomes_staff_is_asked_for_more_at_once(shop: RelyingParty, provider: Provider, browser: Browser) -> None:
    provider.add_customer("ben")
    browser.open(shop.request())
    assert browser.sign_in("ben", ANA_PASSWORD).left
    app = provider.add_app("ben")
    provider.make_staff("ben")
    assert browser.open(shop.request(prompt="none")).query["error"] == "login_required"
    assert "Enter the code from your app" in browser.open(shop.request()).text
    browser.submit(code=app.code())
    assert acr(shop, browser) == "mfa"


def test_staff_without_a_contact_do_not_come_in(shop: RelyingParty, provider: Provider, browser: Browser) -> None:
    provider.add_customer("ben", email_verified=False)
    provider.make_staff("ben")
    browser.open(shop.request())
    assert "One more way to sign in is needed" in browser.sign_in("ben", ANA_PASSWORD).text
    assert browser.submit(press="decline").query["error"] == "unmet_authentication_requirements"
