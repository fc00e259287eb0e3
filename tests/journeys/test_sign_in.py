"""A customer signs in by password: what they see, and what never happens."""

from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty


def without_reference(text: str) -> str:
    return text.partition("Reference for support")[0]


@pytest.fixture
def shop(provider: Provider) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return provider.add_client("shop", brand="stellantis", consent="implied")


def test_a_customer_lands_where_they_were_going(shop: RelyingParty, browser: Browser) -> None:
    page = browser.open(shop.request())
    assert "Sign in to Shop" in page.text
    assert "Stellantis Financial Services" in page.text
    assert "You are at localhost:9000" in page.text
    tokens = shop.redeem(shop.code(browser.sign_in("ana", ANA_PASSWORD)))
    assert tokens.status == 200
    claims = shop.claims(tokens["id_token"])
    assert (claims["iss"], claims["aud"], claims["nonce"], claims["acr"]) == (shop.issuer, "shop", shop.last.nonce, "pwd")
    assert claims["amr"] == ["pwd"]


@pytest.mark.parametrize("name", ["ana", "ANA", " Ana ", "ana@example.test", "Ana@Example.TEST", "ａｎａ"])
def test_any_spelling_of_the_name_will_do(shop: RelyingParty, browser: Browser, name: str) -> None:
    browser.open(shop.request())
    assert browser.sign_in(name, ANA_PASSWORD).left


def test_wrong_password_and_unknown_name_get_the_same_page(shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.request())
    wrong = browser.sign_in("ana", "not the password")
    unknown = browser.sign_in("nobody", "not the password")
    assert (wrong.status, unknown.status) == (422, 422)
    assert without_reference(wrong.text) == without_reference(unknown.text)
    assert browser.sign_in("ana", ANA_PASSWORD).left


def test_the_session_lasts_while_it_is_used_and_ends_when_it_is_not(
    shop: RelyingParty, browser: Browser, clock: TestClock
) -> None:
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    for _ in range(4):
        clock.advance(timedelta(minutes=10))
        assert browser.open(shop.request()).left
    clock.advance(timedelta(minutes=15, seconds=1))
    assert "Sign in to Shop" in browser.open(shop.request()).text


def test_the_session_ends_after_eight_hours_however_busy(shop: RelyingParty, browser: Browser, clock: TestClock) -> None:
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    for _ in range(47):
        clock.advance(timedelta(minutes=10))
        assert browser.open(shop.request()).left
    clock.advance(timedelta(minutes=10))
    assert not browser.open(shop.request()).left


def test_a_shared_computer_forgets_sooner(shop: RelyingParty, browser: Browser, clock: TestClock) -> None:
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD, shared="on")
    clock.advance(timedelta(minutes=10, seconds=1))
    assert not browser.open(shop.request()).left


def test_two_tabs_two_applications_no_cross_talk(provider: Provider, shop: RelyingParty, browser: Browser) -> None:
    other = provider.add_client("club", brand="alphera", consent="implied")
    first = browser.open(shop.request())
    second = browser.open(other.request())
    assert "Sign in to Club" in second.text
    browser.page = first
    assert shop.lives_at(browser.sign_in("ana", ANA_PASSWORD).url)
    browser.page = second
    assert "ALPHERA" in browser.open(second.url).text
    assert other.lives_at(browser.submit(press="allow").url)


def test_a_page_left_open_overnight_still_works(shop: RelyingParty, browser: Browser, clock: TestClock) -> None:
    browser.open(shop.request())
    clock.advance(timedelta(hours=10))
    assert shop.redeem(shop.code(browser.sign_in("ana", ANA_PASSWORD))).status == 200


def test_a_finished_sign_in_says_so_and_issues_nothing_more(shop: RelyingParty, browser: Browser) -> None:
    page = browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    browser.page = page
    again = browser.sign_in("ana", ANA_PASSWORD)
    assert not again.left
    assert "already answered" in again.text


def test_another_browser_cannot_go_on_with_this_sign_in(provider: Provider, shop: RelyingParty, browser: Browser) -> None:
    page = browser.open(shop.request())
    stranger = provider.browser()
    assert "no longer open" in stranger.open(page.url).text
    assert stranger.open(page.url.replace("/signin/", "/authorize/")).left is False


def test_a_form_from_elsewhere_is_refused(shop: RelyingParty, browser: Browser) -> None:
    page = browser.open(shop.request())
    fields = page.forms[0].fields | {"username": "ana", "password": ANA_PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert browser.post(page.url, fields, headers=headers).status == 403
    assert browser.post(page.url, fields | {"csrf_token": "0" * 64}).status == 403
    browser.page = page
    assert browser.sign_in("ana", ANA_PASSWORD).left


def test_a_source_that_fails_too_often_must_wait_and_others_need_not(
    provider: Provider, shop: RelyingParty, clock: TestClock
) -> None:
    guesser = provider.browser(address="203.0.113.9")
    page = guesser.open(shop.request())
    for _ in range(20):
        guesser.page = page
        guesser.sign_in("nobody", "guess")
    guesser.page = page
    refused = guesser.sign_in("ana", ANA_PASSWORD)
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert provider.happened("SourceThrottled")
    neighbour = provider.browser(address="203.0.113.10")
    neighbour.open(shop.request())
    assert neighbour.sign_in("ana", ANA_PASSWORD).left
    clock.advance(timedelta(minutes=10))
    guesser.open(shop.request())
    assert guesser.sign_in("ana", ANA_PASSWORD).left


def test_a_disabled_subject_is_out_at_once_and_cannot_come_back(
    provider: Provider, shop: RelyingParty, browser: Browser, clock: TestClock
) -> None:
    browser.open(shop.request())
    tokens = shop.redeem(shop.code(browser.sign_in("ana", ANA_PASSWORD)))
    house = provider.house
    with house.ground.database.transaction() as db:
        ana = house.people.subjects.find(db, "ana")
        assert ana is not None
        house.people.subjects.disable(db, house.ground.bus, ana.id, clock.now())
    assert shop.userinfo(tokens["access_token"]).status == 401
    assert shop.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert "Sign in to Shop" in browser.open(shop.request()).text
    assert browser.sign_in("ana", ANA_PASSWORD).status == 422


def test_the_cookies_are_opaque_and_bound(shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.request())
    before = browser.cookie("idp_session")
    page = browser.sign_in("ana", ANA_PASSWORD)
    handle = browser.cookie("idp_session")
    assert before is None
    assert handle is not None
    assert len(handle) == 43
    assert handle not in page.url


def test_a_new_handle_at_every_proof(shop: RelyingParty, browser: Browser) -> None:
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    before = browser.cookie("idp_session")
    browser.open(shop.request(prompt="login"))
    browser.submit(password=ANA_PASSWORD)
    assert browser.cookie("idp_session") not in (None, before)


def test_prompt_login_asks_again_even_where_the_clock_was_set_back(
    shop: RelyingParty, browser: Browser, clock: TestClock
) -> None:
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    clock.advance(-timedelta(hours=1))
    assert "Confirm it’s you" in browser.open(shop.request(prompt="login")).text
    assert "Confirm it’s you" in browser.open(shop.request(max_age="60")).text
