"""Customers see and change what we know of them: names and language here, contacts in stories of their own."""

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

HOME = "/account/details"


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira", claims={"name": "Ana F."})
    provider.puts_off_the_offer()
    return provider.add_client("shop", brand=str(request.param), consent="implied")


@pytest.fixture
def browser(provider: Provider, shop: RelyingParty) -> Browser:
    browser = provider.browser()
    browser.open(shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD).left
    return browser


def test_all_is_shown_state_first(browser: Browser) -> None:
    page = browser.open(HOME)
    assert page.status == 200
    for words in ("Ana Ferreira", "As your browser asks for", "ana@example.test", "None yet", "Add your phone number"):
        assert words in page.text


def test_another_name_is_what_applications_are_told(
    provider: Provider, browser: Browser, shop: RelyingParty, clock: TestClock
) -> None:
    before = shop.userinfo(shop.redeem(shop.code(browser.open(shop.request(scope="openid profile"))))["access_token"])
    assert (before["name"], before["family_name"]) == ("Ana F.", "Ferreira")
    browser.open(browser.open(HOME).link("Change your name"))
    assert "Your name is changed" in browser.submit(given_name=" Ana ", family_name="Ferreira Lópes").text
    assert "Ana Ferreira Lópes" in browser.page.text
    assert len(provider.happened("NameChanged")) == 1
    after = shop.userinfo(shop.redeem(shop.code(browser.open(shop.request(scope="openid profile"))))["access_token"])
    assert (after["name"], after["family_name"]) == ("Ana Ferreira Lópes", "Ferreira Lópes")
    assert after["updated_at"] >= before["updated_at"]


@pytest.mark.parametrize("typed", ["a" * 129, "Ana\r\nBcc: all@example.test", "Ana\u202e", "\x07"])
def test_a_name_that_breaks_lines_or_is_too_long_changes_nothing(provider: Provider, browser: Browser, typed: str) -> None:
    browser.open(f"{HOME}/name")
    page = browser.submit(given_name=typed, family_name="Ferreira")
    assert (page.status, "That name cannot be used" in page.text) == (422, True)
    assert not provider.happened("NameChanged")


def test_no_name_is_a_name_too(provider: Provider, browser: Browser) -> None:
    browser.open(f"{HOME}/name")
    assert "None yet" in browser.submit(given_name="", family_name="").text


def test_a_language_is_chosen_and_given_up(provider: Provider, browser: Browser) -> None:
    browser.open(browser.open(HOME).link("Choose a language"))
    assert "Deutsch" in browser.page.text
    browser.submit(language="de")
    with provider.house.ground.database.reading() as db:
        found = provider.house.people.subjects.find(db, "ana")
    assert found is not None
    assert found.locale == "de"
    browser.open(f"{HOME}/language")
    token = browser.page.forms[0].fields["csrf_token"]
    for chosen in ("tlh", "en-GB", "../en"):
        browser.post(f"{HOME}/language", {"csrf_token": token, "language": chosen})
    assert [event.details() for event in provider.happened("LanguageChosen")] == [{"language": "de"}]
    browser.post(f"{HOME}/language", {"csrf_token": token, "language": ""})
    with provider.house.ground.database.reading() as db:
        found = provider.house.people.subjects.find(db, "ana")
    assert found is not None
    assert found.locale is None


def test_nobody_else_sees_them(provider: Provider) -> None:
    stranger = provider.browser()
    for path in ("", "/name", "/language"):
        assert "Sign in to your account" in stranger.open(HOME + path).text
