"""A customer trusts a browser, where the brand allows it: the second step is left out there, at sign-in and nowhere else."""

from datetime import timedelta

import pytest

from idp.sessions import trust
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser, Page
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

CODE = "Enter the code from your app"
OTHER_PASSWORD = "violet harbour copper 41"
MONTH = timedelta(days=30)


@pytest.fixture
def shop(provider: Provider) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return provider.add_client("shop", brand="alphera", consent="implied")


@pytest.fixture
def garage(provider: Provider, shop: RelyingParty) -> RelyingParty:
    """An application of the brand that trusts no browser."""
    return provider.add_client("garage", brand="stellantis", consent="implied")


@pytest.fixture
def app(provider: Provider, shop: RelyingParty) -> AuthenticatorApp:
    return provider.add_app()


@pytest.fixture
def trusted(shop: RelyingParty, browser: Browser, app: AuthenticatorApp, clock: TestClock) -> Browser:
    """A browser that Ana trusts; her session there is over since."""
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    assert browser.submit(code=app.code(), trust="1").left
    clock.advance(timedelta(hours=1))
    return browser


def passes_the_password(browser: Browser, shop: RelyingParty, **asked: str) -> Page:
    browser.open(shop.request(**asked))
    return browser.sign_in("ana", ANA_PASSWORD)


def withdraw(provider: Provider) -> None:
    house = provider.house
    with house.ground.database.transaction() as db:
        ana = house.people.subjects.find(db, "ana")
        assert ana is not None
        trust.withdraw(db, house.people.sessions, ana.id)


def test_the_second_step_is_left_out_and_the_level_says_so(shop: RelyingParty, trusted: Browser) -> None:
    claims = shop.claims(shop.redeem(shop.code(passes_the_password(trusted, shop)))["id_token"])
    assert (claims["acr"], claims["amr"]) == ("pwd", ["pwd"])
    assert trusted.open(shop.request()).left


def test_never_at_a_step_up(shop: RelyingParty, trusted: Browser, app: AuthenticatorApp) -> None:
    passes_the_password(trusted, shop)
    page = trusted.open(shop.request(acr_values="mfa", max_age="300"))
    assert CODE in page.text
    assert "Trust this browser" not in page.text
    assert shop.claims(shop.redeem(shop.code(trusted.submit(code=app.code())))["id_token"])["acr"] == "mfa"


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}, {"max_age": "60"}, {"acr_values": "2sv"}])
def test_nor_where_freshness_or_two_steps_are_asked(shop: RelyingParty, trusted: Browser, asked: dict[str, str]) -> None:
    assert CODE in passes_the_password(trusted, shop, **asked).text


def test_nor_at_a_brand_that_trusts_none(garage: RelyingParty, shop: RelyingParty, trusted: Browser) -> None:
    passes_the_password(trusted, shop)
    page = trusted.open(garage.request())
    assert CODE in page.text
    assert "Trust this browser" not in page.text


def test_a_tick_that_was_never_offered_trusts_nothing(
    provider: Provider, garage: RelyingParty, shop: RelyingParty, browser: Browser, app: AuthenticatorApp, clock: TestClock
) -> None:
    form = passes_the_password(browser, garage).forms[0]
    assert browser.post(form.action, form.fields | {"code": app.code(), "trust": "1"}).left
    clock.advance(timedelta(hours=1))
    assert CODE in passes_the_password(browser, shop).text


def test_it_ends_after_thirty_days(shop: RelyingParty, trusted: Browser, clock: TestClock) -> None:
    clock.advance(MONTH - timedelta(hours=1, seconds=1))
    assert passes_the_password(trusted, shop).left
    clock.advance(timedelta(hours=1))
    assert CODE in passes_the_password(trusted, shop).text


def test_another_browser_and_another_subject_are_not_trusted(
    provider: Provider, shop: RelyingParty, trusted: Browser, app: AuthenticatorApp
) -> None:
    assert CODE in passes_the_password(provider.browser(), shop).text
    provider.add_customer("ben")
    provider.add_app("ben")
    trusted.open(shop.request())
    assert CODE in trusted.sign_in("ben", ANA_PASSWORD).text


def test_a_shared_computer_is_offered_no_trust(shop: RelyingParty, browser: Browser, app: AuthenticatorApp) -> None:
    browser.open(shop.request())
    assert "Trust this browser" not in browser.sign_in("ana", ANA_PASSWORD, shared="1").text


def test_withdrawn_it_is_void_at_the_next_sign_in(shop: RelyingParty, provider: Provider, trusted: Browser) -> None:
    withdraw(provider)
    assert CODE in passes_the_password(trusted, shop).text


def test_and_in_the_session_that_is_running(
    shop: RelyingParty, provider: Provider, trusted: Browser, app: AuthenticatorApp
) -> None:
    passes_the_password(trusted, shop)
    withdraw(provider)
    assert trusted.open(shop.request(prompt="none")).query["error"] == "login_required"
    assert CODE in trusted.open(shop.request()).text
    assert trusted.submit(code=app.code()).left


def test_a_session_of_before_is_asked_once_where_the_browser_is_trusted_anew(
    shop: RelyingParty, provider: Provider, trusted: Browser, app: AuthenticatorApp
) -> None:
    """The browser's trust and the session's are two: whatever they are, the page and the answer agree."""
    passes_the_password(trusted, shop)
    with provider.house.ground.database.transaction() as db:
        ana = provider.house.people.subjects.find(db, "ana")
        assert ana is not None
        provider.house.people.sessions.distrust(db, ana.id)
    assert CODE in trusted.open(shop.request()).text
    assert trusted.submit(code=app.code()).left


def test_staff_are_always_asked(shop: RelyingParty, provider: Provider, trusted: Browser) -> None:
    provider.make_staff("ana")
    assert CODE in passes_the_password(trusted, shop).text


def test_a_changed_password_ends_it(
    provider: Provider, shop: RelyingParty, trusted: Browser, app: AuthenticatorApp, clock: TestClock
) -> None:
    """Trust was given for what the old password proved."""
    assert passes_the_password(trusted, shop).left
    elsewhere = provider.browser()
    elsewhere.open("/account/password")
    elsewhere.sign_in("ana", ANA_PASSWORD)
    elsewhere.submit(code=app.code())
    assert "Your password is changed" in elsewhere.submit(password=OTHER_PASSWORD).text
    clock.advance(timedelta(hours=1))
    trusted.open(shop.request())
    assert CODE in trusted.sign_in("ana", OTHER_PASSWORD).text
