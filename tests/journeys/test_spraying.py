"""Guessing from very many places: what people who have nothing to do with it see of it, and what administrators do."""

from datetime import timedelta

import pytest

from idp.signin.brake import EVERYBODY, WINDOW
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.locks import WRONG, tried

Shops = dict[str, RelyingParty]


@pytest.fixture(params=["stellantis", "alphera"])
def shop(shops: Shops, request: pytest.FixtureRequest) -> RelyingParty:
    return shops[str(request.param)]


def a_flood_comes(provider: Provider) -> None:
    """As many failures as make one, as that many requests would."""
    for _ in range(provider.house.ground.settings.flood_failures):
        provider.house.throttle.failed("sign-in flood", EVERYBODY, WINDOW)


def shown(page: Page) -> str:
    return page.text.partition("Reference for support")[0]


def test_a_stranger_is_told_how_long_to_wait_and_comes_in(
    provider: Provider, shop: RelyingParty, browser: Browser, clock: TestClock
) -> None:
    provider.puts_off_the_offer()
    a_flood_comes(provider)
    page = tried(browser, shop, "ana", password=ANA_PASSWORD)
    assert (page.status, page.headers["Retry-After"]) == (429, "5")
    assert "Wait 5 seconds, then sign in again" in page.text
    assert page.forms[0].fields["username"] == "ana"
    nobody = tried(provider.browser("192.0.2.9"), shop, "ana", password=WRONG)
    assert shown(nobody) == shown(page)
    clock.advance(timedelta(seconds=5))
    assert browser.submit(password=ANA_PASSWORD).left


def test_a_made_up_name_waits_alike(provider: Provider, shop: RelyingParty, browser: Browser) -> None:
    a_flood_comes(provider)
    ana, nobody = tried(browser, shop, "ana"), tried(provider.browser("192.0.2.9"), shop, "eva")
    assert shown(ana) == shown(nobody)
    assert (ana.status, ana.headers["Retry-After"]) == (nobody.status, nobody.headers["Retry-After"])


def test_a_known_browser_and_a_session_see_nothing_of_it(provider: Provider, shop: RelyingParty, browser: Browser) -> None:
    assert tried(browser, shop, "ana", password=ANA_PASSWORD).left
    a_flood_comes(provider)
    assert browser.open(shop.request()).left
    browser.open("/logout")
    browser.submit(press="logout")
    assert tried(browser, shop, "ana", password=ANA_PASSWORD).left


def test_a_second_step_waits_for_no_flood(provider: Provider, shop: RelyingParty, browser: Browser) -> None:
    app = provider.add_app()
    tried(browser, shop, "ana", password=ANA_PASSWORD)
    a_flood_comes(provider)
    assert browser.submit(code=app.code()).left


def test_the_administrator_is_told_once(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    a_flood_comes(provider)
    guesser = provider.browser("192.0.2.9")
    for pause in (5, 10, 20):
        tried(guesser, shop, "eva")
        clock.advance(timedelta(seconds=pause))
        assert "did not match" in tried(guesser, shop, "eva").text
    (seen,) = provider.happened("SprayingSeen")
    assert (seen.details(), seen.subject_id, seen.outcome) == ({"kind": "flood"}, None, "refused")
