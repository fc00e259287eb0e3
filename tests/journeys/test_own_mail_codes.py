"""Customers turn codes by e-mail on and off, where their brand takes them."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.post import Post
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

PAGE = "/account/security/mail"


@pytest.fixture
def app(provider: Provider) -> AuthenticatorApp:
    provider.add_customer()
    return provider.add_app()


def signs_in(browser: Browser, shop: RelyingParty, app: AuthenticatorApp) -> None:
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    assert browser.submit(code=app.code()).left


def test_they_are_turned_on_asked_for_and_turned_off(
    provider: Provider, browser: Browser, app: AuthenticatorApp, clock: TestClock, tmp_path: Path
) -> None:
    shop, other = provider.add_client("shop", brand="alphera", consent="implied"), provider.browser()
    signs_in(browser, shop, app)
    assert "a•••@example.test" in browser.open(PAGE).text
    assert "Codes by e-mail are on" in browser.submit(press="on").text
    clock.advance(timedelta(minutes=1))
    other.open(shop.request())
    other.sign_in("ana", ANA_PASSWORD)
    other.open(other.page.link("I can’t use this"))
    other.open(other.page.link("Get a code by e-mail"))
    other.submit(press="send")
    assert other.submit(code=Post(provider, tmp_path).code("mail_code")).left
    browser.open(PAGE)
    assert "Codes by e-mail are off" in browser.submit(press="off").text
    assert {event.reason for event in provider.happened("SessionEnded")} == {"factor_removed"}
    assert "Sign in to Shop" in other.open(shop.request()).text


def test_a_brand_that_takes_none_offers_none(provider: Provider, browser: Browser, app: AuthenticatorApp) -> None:
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    signs_in(browser, shop, app)
    assert "e-mail" not in browser.open("/account/security").text.partition("Need help?")[0]
    assert browser.open(PAGE).status == 404
    token = browser.open("/account/security/apps/new").forms[0].fields["csrf_token"]
    assert browser.post(PAGE, {"csrf_token": token, "on": "1"}).status == 404
    assert not provider.happened("AuthenticatorEnrolled")


def test_a_password_alone_turns_on_nothing(provider: Provider, browser: Browser) -> None:
    provider.add_customer()
    provider.puts_off_the_offer()
    shop = provider.add_client("shop", brand="alphera", consent="implied")
    browser.open(shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD).left
    assert "Turn on codes by e-mail" not in browser.open(PAGE).text
    assert browser.page.url.endswith("/mail_code")  # the contact vouches first, then something strong is enrolled
