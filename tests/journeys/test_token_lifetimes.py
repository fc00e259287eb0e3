"""A client may have tokens that last less than everybody's."""

from datetime import timedelta
from typing import Any

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

BRIEF = {"refresh_token_lifetime": 3600, "refresh_token_idle_lifetime": 1200}
FOR_LONG = {"scope": "openid offline_access", "prompt": "consent"}


def sign_in(party: RelyingParty, browser: Browser) -> Any:
    browser.open(party.request(**FOR_LONG))
    browser.sign_in("ana", ANA_PASSWORD)
    return party.redeem(party.code(browser.submit(press="allow")))["refresh_token"]


def test_refresh_tokens_of_a_client_end_when_unused_and_at_last(provider: Provider, browser: Browser, clock: TestClock) -> None:
    provider.add_customer()
    brief = provider.add_client("brief", brand="stellantis", **BRIEF)
    usual = provider.add_client("usual", brand="stellantis")
    longer = sign_in(usual, browser)
    browser.open(brief.request(**FOR_LONG))
    busy = brief.redeem(brief.code(browser.submit(press="allow")))["refresh_token"]
    browser.open(brief.request(**FOR_LONG))
    idle = brief.redeem(brief.code(browser.submit(press="allow")))["refresh_token"]
    for _ in range(3):
        clock.advance(timedelta(seconds=1190))
        answer = brief.refresh(busy)
        busy, access = answer["refresh_token"], answer["access_token"]
    assert brief.userinfo(access).status == 200
    assert brief.refresh(idle).error == "invalid_grant"
    clock.advance(timedelta(seconds=31))
    assert brief.refresh(busy).error == "invalid_grant"
    assert brief.userinfo(access).status == 401  # what it came of has ended, a minute after it was made
    assert usual.refresh(longer).status == 200


def test_nobody_has_more_than_the_settings_give_whatever_was_registered(provider: Provider) -> None:
    """An operator who shortens everybody's tokens shortens those of each client at once."""
    party = provider.add_client(
        "night", grant_types=["client_credentials"], redirect_uris=[], scope="orders:read", access_token_lifetime=3600
    )
    assert party.token(grant_type="client_credentials")["expires_in"] == 600


def test_a_refresh_token_that_is_not_replaced_lasts_while_it_is_used(
    provider: Provider, browser: Browser, clock: TestClock
) -> None:
    provider.add_customer()
    stays = provider.add_client("stays", brand="stellantis", profile="fapi2", refresh_token_idle_lifetime=1200)
    browser.open(stays.pushed_request(**FOR_LONG))
    browser.sign_in("ana", ANA_PASSWORD)
    token = stays.redeem(stays.code(browser.submit(press="allow")))["refresh_token"]
    for _ in range(2):
        clock.advance(timedelta(seconds=1190))
        assert stays.refresh(token)["refresh_token"] == token
    clock.advance(timedelta(seconds=1200))
    assert stays.refresh(token).error == "invalid_grant"
