"""A customer who has turned on a second step: what is asked, what helps, and that no step can be left out."""

from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import STEP, AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

QUARTER = timedelta(minutes=15)


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return provider.add_client("shop", brand=str(request.param), consent="implied")


@pytest.fixture
def app(provider: Provider, shop: RelyingParty) -> AuthenticatorApp:
    return provider.add_app()


def passes_the_password(browser: Browser, shop: RelyingParty, **asked: str) -> None:
    browser.open(shop.request(**asked))
    page = browser.sign_in("ana", ANA_PASSWORD)
    assert "Enter the code from your app" in page.text


def test_the_app_is_asked_for_its_code(shop: RelyingParty, browser: Browser, app: AuthenticatorApp) -> None:
    passes_the_password(browser, shop)
    code = app.code()
    tokens = shop.redeem(shop.code(browser.submit(code=f" {code[:3]} {code[3:]} ")))
    claims = shop.claims(tokens["id_token"])
    assert (claims["acr"], claims["amr"]) == ("mfa", ["pwd", "otp", "mfa"])
    assert browser.open(shop.request()).left  # and signed in from now on


def test_no_session_before_the_last_step(shop: RelyingParty, browser: Browser, app: AuthenticatorApp) -> None:
    passes_the_password(browser, shop)
    assert browser.cookie("idp_session") is None
    assert browser.open(shop.request(prompt="none")).query["error"] == "login_required"


def test_a_wrong_code_says_how_many_are_left_and_then_pauses(
    shop: RelyingParty, browser: Browser, app: AuthenticatorApp, clock: TestClock
) -> None:
    passes_the_password(browser, shop)
    for left in ("4 more tries", "3 more tries", "2 more tries", "1 more try", "the last try"):
        page = browser.submit(code=app.other_than_right())
        assert (page.status, left in page.text) == (422, True)
    assert "Codes are paused" in browser.submit(code=app.code()).text
    assert browser.page.status == 429
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)  # the password once more brings no further tries
    assert "15 minutes" in browser.submit(code=app.code()).text
    clock.advance(QUARTER)
    passes_the_password(browser, shop)
    assert browser.submit(code=app.code()).left


def test_a_code_counts_once(shop: RelyingParty, provider: Provider, app: AuthenticatorApp) -> None:
    first, second = provider.browser(), provider.browser()
    passes_the_password(first, shop)
    passes_the_password(second, shop)
    assert first.submit(code=app.code()).left
    assert "used before" in second.submit(code=app.code()).text
    assert second.submit(code=app.code(STEP)).left


@pytest.mark.parametrize(("off", "said"), [(timedelta(minutes=3), "3 minutes fast"), (-timedelta(minutes=4), "4 minutes slow")])
def test_a_wrong_clock_is_told(shop: RelyingParty, browser: Browser, app: AuthenticatorApp, off: timedelta, said: str) -> None:
    passes_the_password(browser, shop)
    assert said in browser.submit(code=app.code(off)).text


@pytest.mark.parametrize("typed", ["", "   ", "12345", "1234567", "abcdef", "１２３４５６", "٠١٢٣٤٥", "0x1234", "\x7f" * 6])
def test_whatever_else_is_typed_the_step_stays_open(
    shop: RelyingParty, browser: Browser, app: AuthenticatorApp, typed: str
) -> None:
    passes_the_password(browser, shop)
    assert browser.submit(code=typed).status == 422
    assert browser.submit(code=app.code()).left


def test_a_recovery_code_stands_in_once(shop: RelyingParty, provider: Provider, app: AuthenticatorApp) -> None:
    kept = provider.add_recovery_codes()
    browser = provider.browser()
    passes_the_password(browser, shop)
    browser.open(browser.page.link("I can’t use this"))
    browser.open(browser.page.link("one of your recovery codes"))
    assert browser.submit(code=kept[3].lower().replace("-", " ")).left
    again = provider.browser()
    passes_the_password(again, shop)
    again.open(again.page.url.replace("totp", "recovery_code"))
    assert "did not match" in again.submit(code=kept[3]).text


@pytest.mark.parametrize("step", ["totp", "recovery_code", "other", "unmet"])
def test_a_later_page_begins_at_the_first(shop: RelyingParty, browser: Browser, app: AuthenticatorApp, step: str) -> None:
    browser.open(shop.request())
    begun = browser.page.url
    assert "Sign in to Shop" in browser.open(f"{begun}/{step}").text
    fields = {"csrf_token": browser.page.forms[0].fields["csrf_token"], "code": app.code()}
    if step in ("totp", "recovery_code"):
        assert "Sign in to Shop" in browser.post(f"{begun}/{step}", fields).text
    browser.sign_in("ana", ANA_PASSWORD)
    assert browser.submit(code=app.code()).left  # the code that was posted too early was not spent


def test_a_further_step_does_not_make_an_old_password_last(
    shop: RelyingParty, provider: Provider, browser: Browser, clock: TestClock
) -> None:
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    for _ in range(47):  # 7 hours 50 minutes, never idle
        clock.advance(timedelta(minutes=10))
        assert browser.open(shop.request()).left
    app = provider.add_app()
    assert "Enter the code from your app" in browser.open(shop.request(acr_values="mfa")).text
    assert browser.submit(code=app.code()).left
    clock.advance(timedelta(minutes=11))
    assert "Sign in to Shop" in browser.open(shop.request()).text


def test_another_browser_cannot_go_on(shop: RelyingParty, provider: Provider, app: AuthenticatorApp) -> None:
    browser, other = provider.browser(), provider.browser()
    passes_the_password(browser, shop)
    assert "no longer open" in other.open(browser.page.url).text


def test_a_sign_in_left_at_the_second_step_begins_again(
    shop: RelyingParty, browser: Browser, app: AuthenticatorApp, clock: TestClock
) -> None:
    passes_the_password(browser, shop)
    clock.advance(QUARTER)
    assert "Sign in to Shop" in browser.submit(code=app.code()).text


def test_a_lock_that_falls_meanwhile_stops_it(shop: RelyingParty, provider: Provider, app: AuthenticatorApp) -> None:
    browser, guesser = provider.browser(), provider.browser()
    passes_the_password(browser, shop)
    guesser.open(shop.request())
    for _ in range(5):
        guesser.sign_in("ana", "not the password")
    assert "Sign in to Shop" in browser.submit(code=app.code()).text
    assert "locked" in browser.sign_in("ana", ANA_PASSWORD).text


def test_who_takes_long_between_two_steps_gives_the_first_once_more(
    shop: RelyingParty, browser: Browser, app: AuthenticatorApp, clock: TestClock
) -> None:
    passes_the_password(browser, shop, max_age="60")
    clock.advance(timedelta(minutes=10))
    assert "Confirm it’s you" in browser.submit(code=app.code()).text
    browser.submit(password=ANA_PASSWORD)
    clock.advance(STEP)
    assert browser.page.left or browser.submit(code=app.code()).left
    claims = shop.claims(shop.redeem(shop.code(browser.page))["id_token"])
    assert clock.now().timestamp() - claims["auth_time"] <= 60


def test_a_handle_that_was_planted_is_worth_nothing_afterwards(
    provider: Provider, shop: RelyingParty, browser: Browser, app: AuthenticatorApp, clock: TestClock
) -> None:
    provider.add_customer("mallory", "granite meadow signal 9")
    browser.open(shop.request())
    browser.sign_in("mallory", "granite meadow signal 9")
    planted = browser.cookie("idp_device")
    assert planted is not None
    browser.forget("idp_session")
    passes_the_password(browser, shop)
    browser.submit(code=app.code(), trust="1") if shop.metadata.brand == "alphera" else browser.submit(code=app.code())
    assert browser.cookie("idp_device") not in (None, planted)
    elsewhere = provider.browser()
    elsewhere.bring("idp_device", planted)
    passes_the_password(elsewhere, shop)  # and is asked for the code


def test_an_answer_is_for_the_account_that_was_shown(provider: Provider, shop: RelyingParty, browser: Browser) -> None:
    provider.add_customer("ben", "copper harbour violet 3")
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    shown = browser.open(shop.request(prompt="select_account"))

    assert "Continue as Ana" in shown.text
    browser.forget("idp_session")
    browser.open(shop.request())
    browser.sign_in("ben", "copper harbour violet 3")
    browser.page = shown
    assert "Continue as ben" in browser.submit(press="continue").text


def test_a_form_that_was_answered_is_not_answered_again_elsewhere(shop: RelyingParty, browser: Browser) -> None:
    page = browser.open(shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD).left
    fields = page.forms[0].fields | {"username": "ana", "password": ANA_PASSWORD}
    assert browser.post("/signin/AAAAAAAAAAAAAAAAAAAAAA", fields).status == 400
