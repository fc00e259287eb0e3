"""The host's clock jumps an hour: what is over is over, nothing is granted anew, nothing breaks (S4)."""

from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

HOUR = timedelta(hours=1)


@pytest.fixture
def shop(provider: Provider) -> RelyingParty:
    provider.add_customer("ana")
    return provider.add_client("shop", brand="stellantis", consent="implied")


def sign_in(browser: Browser, shop: RelyingParty) -> str:
    browser.open(shop.request())
    return shop.code(browser.sign_in("ana", ANA_PASSWORD))


def test_an_hour_forward_ends_what_an_hour_ends(shop: RelyingParty, browser: Browser, clock: TestClock) -> None:
    tokens = shop.redeem(sign_in(browser, shop))
    code = shop.code(browser.open(shop.request()))
    clock.advance(HOUR)
    assert shop.redeem(code).error == "invalid_grant"
    assert shop.userinfo(tokens["access_token"]).status == 401
    assert shop.refresh(tokens["refresh_token"]).error == "invalid_grant"
    page = browser.open(shop.request())
    assert "/signin/" in page.url
    assert shop.redeem(shop.code(browser.sign_in("ana", ANA_PASSWORD))).status == 200


def test_an_hour_back_breaks_nothing(shop: RelyingParty, browser: Browser, clock: TestClock) -> None:
    """Right after the keys were made, too: they sign, whatever the clock says of their beginning."""
    tokens = shop.redeem(sign_in(browser, shop))
    code = shop.code(browser.open(shop.request()))
    clock.advance(-HOUR)
    assert shop.redeem(code).status == 200
    assert shop.redeem(code).error == "invalid_grant"
    assert shop.userinfo(tokens["access_token"]).status in (200, 401)
    assert shop.refresh(tokens["refresh_token"]).status in (200, 400)
    other = browser.open(shop.request())
    assert other.left or "/signin/" in other.url


def test_an_hour_back_and_forth_revives_nothing(shop: RelyingParty, browser: Browser, clock: TestClock) -> None:
    """What was used stays used: single use rests on marks, not on times."""
    code = sign_in(browser, shop)
    tokens = shop.redeem(code)
    successor = shop.refresh(tokens["refresh_token"])["refresh_token"]
    last = shop.refresh(successor)
    clock.advance(HOUR)
    clock.advance(-2 * HOUR)
    assert shop.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert shop.refresh(last["refresh_token"]).error == "invalid_grant"
    assert shop.redeem(code).error == "invalid_grant"


def test_a_session_that_ended_stays_ended(provider: Provider, shop: RelyingParty, browser: Browser, clock: TestClock) -> None:
    """Seen to be over once it is over for good, whatever the clock says afterwards."""
    sign_in(browser, shop)
    clock.advance(HOUR)
    assert provider.house.people.sessions.sweep(clock.now(), 100) == 1
    clock.advance(-HOUR)
    assert "/signin/" in browser.open(shop.request()).url
