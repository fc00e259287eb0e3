"""Customers turn codes by text on and off: a number counts once a code has come back from it."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import STEP, AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.post import Post, other_than
from tests.drivers.provider import Provider, a_provider
from tests.drivers.relying_party import RelyingParty

HOME = "/account/security"
PAGE = f"{HOME}/text"
NUMBER, OTHER = "07700 900118", "+44 7700 900119"
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer(given_name="Ana")
    return provider.add_client("shop", brand=str(request.param), consent="implied")


@pytest.fixture
def app(provider: Provider, shop: RelyingParty) -> AuthenticatorApp:
    """Ana's: codes by text are turned on beside something strong."""
    return provider.add_app()


@pytest.fixture
def post(provider: Provider, tmp_path: Path) -> Post:
    return Post(provider, tmp_path)


def signs_in(provider: Provider, shop: RelyingParty, app: AuthenticatorApp) -> Browser:
    browser = provider.browser()
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    assert browser.submit(code=app.code()).left
    return browser


def comes_to_turn_on(provider: Provider, browser: Browser) -> None:
    """A customer who has an app, at the page that asks for a number."""
    provider.add_customer()
    app = provider.add_app()
    browser.open(PAGE)
    browser.sign_in("ana", ANA_PASSWORD)
    browser.submit(code=app.code())


def turns_on(browser: Browser, post: Post, number: str = NUMBER) -> None:
    browser.open(PAGE)
    browser.submit(number=number)
    assert "Codes by text are on" in browser.submit(code=post.texts()[-1].code).text


def test_a_number_is_turned_on_with_a_code_and_asked_for_from_then_on(
    provider: Provider, shop: RelyingParty, app: AuthenticatorApp, post: Post, clock: TestClock
) -> None:
    browser = signs_in(provider, shop, app)
    assert "Turn on codes by text" in browser.open(HOME).text
    browser.open(PAGE)
    assert "to •••• 118" in browser.submit(number=NUMBER).text
    (text,) = post.texts()
    assert text.to == "+447700900118"
    page = browser.submit(code=other_than(text.code))
    assert (page.status, "4 more tries" in page.text) == (422, True)
    assert browser.submit(code=" ").status == 422
    assert "Codes by text are on" in browser.submit(code=f"{text.code[:3]} {text.code[3:]}").text
    assert "1, not used yet (•••• 118)" in browser.page.text
    assert provider.happened("SessionEnded") == []
    clock.advance(MINUTE)
    other = provider.browser()
    other.open(shop.request())
    other.open(other.sign_in("ana", ANA_PASSWORD).link("I can’t use this"))
    assert "•••• 118" in other.open(other.page.link("Get a code by text")).text
    assert any(str(mail["Subject"]).startswith("Codes by text were turned on") for mail in post.mails())


def test_a_code_for_one_number_turns_on_no_other(
    provider: Provider, shop: RelyingParty, app: AuthenticatorApp, post: Post, clock: TestClock
) -> None:
    browser = signs_in(provider, shop, app)
    browser.open(PAGE)
    browser.submit(number=NUMBER)
    mine = post.texts()[-1].code
    clock.advance(MINUTE)
    browser.open(PAGE)
    assert "to •••• 119" in browser.submit(number=OTHER).text
    assert "did not match" in browser.submit(code=mine).text
    assert not provider.happened("AuthenticatorEnrolled")


def test_another_number_takes_its_place_and_signs_out_elsewhere(
    provider: Provider, shop: RelyingParty, app: AuthenticatorApp, post: Post, clock: TestClock
) -> None:
    elsewhere = signs_in(provider, shop, app)
    clock.advance(STEP)
    browser = signs_in(provider, shop, app)
    turns_on(browser, post)
    clock.advance(MINUTE)
    turns_on(browser, post, OTHER)
    assert "(•••• 119)" in browser.page.text
    assert {event.reason for event in provider.happened("SessionEnded")} == {"factor_removed"}
    assert "Sign in to your account" in elsewhere.open(HOME).text


def test_they_are_turned_off(provider: Provider, shop: RelyingParty, app: AuthenticatorApp, post: Post) -> None:
    browser = signs_in(provider, shop, app)
    turns_on(browser, post)
    browser.open(browser.open(PAGE).link("Turn off codes by text"))
    assert "Turn off codes to •••• 118" in browser.page.text
    assert "Codes by text are off" in browser.submit().text
    assert "Turn on codes by text" in browser.page.text


def test_who_has_nothing_stronger_can_turn_them_off_and_change_nothing(
    provider: Provider, shop: RelyingParty, post: Post
) -> None:
    provider.add_phone()
    browser = provider.browser()
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    browser.submit(press="send")
    assert browser.submit(code=post.code("text_code")).left
    assert "On, to •••• 118" in browser.open(PAGE).text
    assert "Set up a second step" in browser.submit(number=OTHER).text
    browser.submit(press="decline")
    browser.open(browser.open(PAGE).link("Turn off codes by text"))
    assert "Codes by text are off" in browser.submit().text
    assert "First add a passkey or an authenticator app" in browser.page.text
    assert "Turn on codes by text" not in browser.page.text


@pytest.mark.parametrize("typed", ["", "12", "020 7946 0101", "0900 1234567", "+447700900118;ext=1", "٠٧٧٠٠", "x" * 5000])
def test_a_text_goes_to_a_mobile_alone(provider: Provider, browser: Browser, post: Post, typed: str) -> None:
    comes_to_turn_on(provider, browser)
    page = browser.submit(number=typed)
    assert (page.status, "That is no mobile number" in page.text, post.texts()) == (422, True, [])


def test_no_more_texts_than_are_good(provider: Provider, browser: Browser, post: Post, clock: TestClock) -> None:
    comes_to_turn_on(provider, browser)
    for last in range(5):
        browser.submit(number=f"+44770090011{last}")
        clock.advance(timedelta(seconds=20))
        browser.open(PAGE)
    page = browser.submit(number=NUMBER)
    assert (page.status, "No more codes for now" in page.text, len(post.texts())) == (429, True, 5)


def test_a_step_that_is_skipped_turns_nothing_on(provider: Provider, browser: Browser) -> None:
    comes_to_turn_on(provider, browser)
    token = {"csrf_token": browser.page.forms[-1].fields["csrf_token"]}
    assert browser.open(f"{PAGE}/code").url.endswith(PAGE)
    assert browser.post(f"{PAGE}/code", token | {"code": "123456"}).url.endswith(PAGE)
    assert browser.open(f"{PAGE}/off").url.endswith(PAGE)
    assert "were off already" in browser.post(f"{PAGE}/off", token).text
    assert not provider.happened("AuthenticatorEnrolled") + provider.happened("AuthenticatorRemoved")


def test_without_a_gateway_nothing_is_promised(tmp_path: Path, clock: TestClock) -> None:
    with a_provider(tmp_path, clock, text_url="") as provider:
        browser = provider.browser()
        comes_to_turn_on(provider, browser)
        page = browser.submit(number=NUMBER)
    assert (page.status, "We cannot send you a code" in page.text) == (503, True)


def test_codes_by_text_protect_themselves_wherever_one_comes_from(provider: Provider, shop: RelyingParty) -> None:
    """Without a brand no sent code would be asked for; the owner's account is every brand's."""
    provider.add_phone()
    browser = provider.browser()
    browser.open("/account/security/text/off")
    browser.submit(username="ana", password=ANA_PASSWORD)
    assert "Turn off" not in browser.text()
    assert "Get a code by text" in browser.open("/account/security/text/off").text


def test_the_number_we_know_is_proposed(provider: Provider, browser: Browser, post: Post) -> None:
    provider.add_customer(claims={"phone_number": "+447700900118", "phone_number_verified": True})
    app = provider.add_app()
    browser.open(PAGE)
    browser.sign_in("ana", ANA_PASSWORD)
    browser.submit(code=app.code())
    assert browser.page.forms[0].fields["number"] == "+44 7700 900118"
