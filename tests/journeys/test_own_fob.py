"""A passkey that cannot check its owner is a second step only: whoever has nothing stronger proves what they really can."""

from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.ceremony import uses
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.drivers.soft_authenticator import SoftAuthenticator

LIST = "/account/security/passkeys"
SIX_MINUTES = timedelta(minutes=6)


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer()
    return provider.add_client("shop", brand=str(request.param), consent="implied")


@pytest.fixture
def fob(provider: Provider, shop: RelyingParty) -> SoftAuthenticator:
    """Ana's key ring: something she has, and that is all it says."""
    return provider.add_passkey(verifies=False)


def confirms(browser: Browser, fob: SoftAuthenticator) -> None:
    """Password, then the fob, from "Confirm it’s you"."""
    assert "Confirm it’s you" in browser.text()
    assert "Use your passkey" in browser.submit(password=ANA_PASSWORD).text
    uses(browser, fob)


@pytest.fixture
def ana(provider: Provider, shop: RelyingParty, fob: SoftAuthenticator, clock: TestClock) -> Browser:
    """Signed in with both, a while ago."""
    browser = provider.browser()
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    assert uses(browser, fob).left
    clock.advance(SIX_MINUTES)
    return browser


def test_with_the_password_it_opens_what_changes_something(ana: Browser, fob: SoftAuthenticator, provider: Provider) -> None:
    ana.open(f"{LIST}/new")
    confirms(ana, fob)
    assert "Add a passkey" in ana.text()
    phone = provider.authenticator()
    assert "“Phone” is added. It signs you in without a password." in uses(ana, phone, label="Phone").text


def test_once_there_is_a_better_one_that_is_asked_for(
    ana: Browser, fob: SoftAuthenticator, provider: Provider, clock: TestClock
) -> None:
    phone = provider.add_passkey()
    ana.open(f"{LIST}/new")
    assert "Use your passkey" in ana.text()
    assert "did not check" in uses(ana, fob).text
    uses(ana, phone)
    assert "Add a passkey" in ana.text()


def test_one_that_learns_to_check_its_owner_is_asked_to(
    ana: Browser, fob: SoftAuthenticator, shop: RelyingParty, provider: Provider, clock: TestClock
) -> None:
    fob.verifies = True
    elsewhere = provider.browser()
    elsewhere.open(shop.request())
    assert uses(elsewhere, fob).left  # by itself, without the password
    fob.verifies = False
    ana.open(f"{LIST}/new")
    assert "did not check" in uses(ana, fob).text


def test_an_application_that_asks_for_more_leads_to_making_a_better_one(
    ana: Browser, fob: SoftAuthenticator, shop: RelyingParty, provider: Provider
) -> None:
    ana.open(shop.request(acr_values="phr"))
    confirms(ana, fob)
    ana.open(ana.page.link("Make a passkey"))
    page = uses(ana, provider.authenticator())
    claims = shop.claims(shop.redeem(shop.code(ana.open(page.link("Continue"))))["id_token"])
    assert claims["acr"] == "phr"
