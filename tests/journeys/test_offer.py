"""A customer with a password alone is offered a second step once they are in. They may put it off; it comes again."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser, Page
from tests.drivers.household import Household
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.test_enrol_in_place import KEY

SAFER = "Make your sign-in safer"
FORTNIGHT = timedelta(days=14)


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return provider.add_client("shop", brand=str(request.param), consent="implied")


def signs_in(provider: Provider, shop: RelyingParty, username: str = "ana", **asked: str) -> Browser:
    """In a browser of their own, up to what comes after the password."""
    browser = provider.browser()
    browser.open(shop.request(**asked))
    browser.sign_in(username, ANA_PASSWORD, put_off=False)
    return browser


def takes_the_key(page: Page, provider: Household) -> AuthenticatorApp:
    found = KEY.search(page.text)
    assert found is not None
    return AuthenticatorApp(found[0].replace(" ", ""), provider.clock)


def test_it_is_put_off_and_comes_again(shop: RelyingParty, provider: Provider, clock: TestClock) -> None:
    browser = signs_in(provider, shop)
    assert SAFER in browser.text()
    assert shop.redeem(shop.code(browser.submit(press="later"))).status == 200
    clock.advance(FORTNIGHT - timedelta(seconds=1))
    assert signs_in(provider, shop).page.left
    clock.advance(timedelta(seconds=1))
    assert SAFER in signs_in(provider, shop).text()


def test_who_never_answers_is_asked_every_time(shop: RelyingParty, provider: Provider) -> None:
    for _ in range(2):
        browser = signs_in(provider, shop)
        assert SAFER in browser.text()
    assert browser.open(shop.request()).left  # and is signed in all the same


def test_it_is_taken_and_the_sign_in_goes_on(shop: RelyingParty, provider: Provider) -> None:
    browser = signs_in(provider, shop)
    browser.submit(press="enrol")
    provider.contact_vouches(browser)
    app = takes_the_key(browser.page, provider)
    page = browser.submit(code=app.code(), label="Phone")
    claims = shop.claims(shop.redeem(shop.code(browser.open(page.link("Continue"))))["id_token"])
    assert claims["acr"] == "mfa"
    assert "Enter the code from your app" in signs_in(provider, shop).text()


def test_who_changes_their_mind_goes_on_without(shop: RelyingParty, provider: Provider) -> None:
    browser = signs_in(provider, shop)
    browser.submit(press="enrol")
    provider.contact_vouches(browser)
    browser.open(browser.page.link("Choose another way"))
    page = browser.submit(press="decline")
    assert shop.claims(shop.redeem(shop.code(page))["id_token"])["acr"] == "pwd"


def test_a_password_alone_adds_nothing(shop: RelyingParty, provider: Provider) -> None:
    """Whoever stole it would make themselves at home: the contact confirmed earlier vouches, as for a payment."""
    browser = signs_in(provider, shop)
    here = browser.page.url.removesuffix("/offer")
    browser.submit(press="enrol")
    for step in ("enrol", "enrol/totp"):
        browser.open(f"{here}/{step}")
        assert KEY.search(browser.text()) is None
    assert provider.happened("AuthenticatorEnrolled") == []


def test_nobody_is_bothered_who_has_one(shop: RelyingParty, provider: Provider) -> None:
    app = provider.add_app()
    browser = signs_in(provider, shop)
    assert browser.submit(code=app.code()).left


def test_not_on_a_shared_computer(shop: RelyingParty, provider: Provider) -> None:
    browser = provider.browser()
    browser.open(shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD, put_off=False, shared="1").left


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "300"}, {"acr_values": "2sv"}])
def test_not_where_more_than_a_sign_in_is_asked(shop: RelyingParty, provider: Provider, asked: dict[str, str]) -> None:
    assert SAFER not in signs_in(provider, shop, **asked).text()


def test_not_where_it_could_not_be_done(shop: RelyingParty, provider: Provider) -> None:
    provider.add_customer("ben", email_verified=False)
    assert signs_in(provider, shop, "ben").page.left


def test_not_at_an_application_without_a_brand(provider: Provider) -> None:
    provider.add_customer()
    plain = provider.add_client("plain")
    assert SAFER not in signs_in(provider, plain).text()


def test_it_is_made_to_nobody_else(shop: RelyingParty, provider: Provider, browser: Browser) -> None:
    offered = signs_in(provider, shop)
    assert "no longer open" in browser.open(offered.page.url).text
    begun = browser.open(shop.request())
    assert "Sign in to Shop" in browser.open(f"{begun.url}/offer").text
    token = {"csrf_token": browser.page.forms[0].fields["csrf_token"]}
    for answer in ({"later": "1"}, {"enrol": "totp"}, {"enrol": "password"}, {}):
        assert "Sign in to Shop" in browser.post(f"{begun.url}/offer", token | answer).text
    assert SAFER in signs_in(provider, shop).text()


@pytest.mark.parametrize("answer", [{}, {"enrol": ""}, {"enrol": "password"}, {"enrol": "../x"}])
def test_an_answer_that_is_none_leaves_it_standing(shop: RelyingParty, provider: Provider, answer: dict[str, str]) -> None:
    browser = signs_in(provider, shop)
    form = browser.page.forms[0]
    assert SAFER in browser.post(urlsplit(form.action).path, form.fields | answer).text
