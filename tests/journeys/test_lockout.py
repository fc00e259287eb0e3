"""Too many wrong passwords: what locks, for how long, what the page says, and what goes on."""

from datetime import timedelta
from pathlib import Path

import pytest

from idp.app.house import MOST_PARKED, PARKING_WINDOW
from idp.core.handles import new_handle
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.locks import mailed_link, mails, tried

NAMES = ("ana", "ana@example.test", "ANA", " ana ", "Ana@Example.Test")


def shown(page: Page) -> str:
    return page.text.partition("Reference for support")[0]


@pytest.mark.parametrize("brand", ["stellantis", "alphera"])
def test_the_fifth_wrong_password_locks_whoever_it_is_and_however_the_name_is_spelled(
    provider: Provider, shops: dict[str, RelyingParty], brand: str
) -> None:
    shop = shops[brand]
    assert "did not match" in tried(provider.browser("192.0.2.1"), shop, *NAMES[:4]).text
    ana = tried(provider.browser("192.0.2.2"), shop, NAMES[4])
    nobody = tried(provider.browser("192.0.2.3"), shop, "nobody", "NOBODY", " nobody", "nobody ", "Nobody")
    assert "Sign-in by password is locked" in ana.text
    assert shown(ana) == shown(nobody)
    assert ana.status == nobody.status == 422
    right = tried(provider.browser("192.0.2.4"), shop, "ana", password=ANA_PASSWORD)
    assert shown(right) == shown(tried(provider.browser("192.0.2.5"), shop, "nobody", password=ANA_PASSWORD)) == shown(ana)
    assert [event.reason for event in provider.happened("SignInFailed")][-2:] == ["locked", "locked"]
    assert len(provider.happened("PasswordLocked")) == 2


def test_at_stellantis_the_lock_ends_by_itself(
    provider: Provider, shops: dict[str, RelyingParty], browser: Browser, clock: TestClock
) -> None:
    shop = shops["stellantis"]
    assert "ends by itself in 15 minutes" in tried(browser, shop, *["ana"] * 5).text
    clock.advance(timedelta(minutes=14, seconds=1))
    assert "ends by itself in 1 minute ." in tried(browser, shop, "ana", "ana", "ana").text
    clock.advance(timedelta(seconds=59))
    assert tried(browser, shop, "ana", password=ANA_PASSWORD).left


def test_at_alphera_no_time_ends_it(shops: dict[str, RelyingParty], browser: Browser, clock: TestClock) -> None:
    page = tried(browser, shops["alphera"], *["ana"] * 5)
    assert "does not end with time" in page.text
    assert "Or call ALPHERA Financial Services: 020 7946 0202" in page.text
    clock.advance(timedelta(days=30))
    assert "does not end with time" in tried(browser, shops["alphera"], "ana", password=ANA_PASSWORD).text


@pytest.mark.parametrize("name", ["ana", "nobody"])
def test_the_brand_where_it_fell_says_how_it_ends(shops: dict[str, RelyingParty], browser: Browser, name: str) -> None:
    tried(browser, shops["alphera"], *[name] * 5)
    page = tried(browser, shops["stellantis"], name, password=ANA_PASSWORD)
    assert "does not end with time" in page.text
    assert "Or call ALPHERA Financial Services: 020 7946 0202" in page.text


def test_a_release_opens_it(provider: Provider, shops: dict[str, RelyingParty], browser: Browser, clock: TestClock) -> None:
    tried(browser, shops["alphera"], *["ana"] * 5)
    house = provider.house
    with house.ground.database.transaction() as db:
        ana = house.people.subjects.find(db, "ana")
        assert ana is not None
        assert house.locking.release(db, ana.id, "support", clock.now())
        assert not house.locking.release(db, ana.id, "support", clock.now())
    assert [event.reason for event in provider.happened("PasswordUnlocked")] == ["support"]
    assert tried(browser, shops["alphera"], "ana", password=ANA_PASSWORD).left


def test_running_sessions_and_refresh_go_on(provider: Provider, shops: dict[str, RelyingParty], browser: Browser) -> None:
    shop = shops["stellantis"]
    browser.open(shop.request())
    tokens = shop.redeem(shop.code(browser.sign_in("ana", ANA_PASSWORD)))
    assert "locked" in tried(provider.browser("192.0.2.9"), shops["alphera"], *["ana"] * 5).text
    assert browser.open(shop.request()).left
    assert shop.refresh(tokens["refresh_token"]).status == 200


def test_a_finished_sign_in_clears_the_count(provider: Provider, shops: dict[str, RelyingParty], browser: Browser) -> None:
    for _ in range(2):
        tried(browser, shops["stellantis"], *["ana"] * 4)
        assert tried(provider.browser("192.0.2.8"), shops["stellantis"], "ana", password=ANA_PASSWORD).left
    assert provider.happened("PasswordLocked") == []


@pytest.mark.parametrize("brand", ["stellantis", "alphera"])
def test_a_browser_that_has_signed_in_before_has_a_lane_of_its_own(
    provider: Provider, shops: dict[str, RelyingParty], browser: Browser, brand: str
) -> None:
    shop = shops[brand]
    assert tried(browser, shop, "ana", password=ANA_PASSWORD).left
    browser.open("/logout")
    browser.submit(press="logout")
    stranger = provider.browser("192.0.2.9")
    assert "is locked" in tried(stranger, shop, *["ana"] * 5).text
    assert "did not match" in tried(browser, shop, "ana").text
    assert tried(browser, shop, "ana", password=ANA_PASSWORD).left
    assert "is locked" in tried(stranger, shop, "ana", password=ANA_PASSWORD).text


def test_the_page_tells_no_lane_from_another(provider: Provider, shops: dict[str, RelyingParty], browser: Browser) -> None:
    shop = shops["alphera"]
    assert tried(browser, shop, "ana", password=ANA_PASSWORD).left
    browser.open("/logout")
    browser.submit(press="logout")
    known = tried(browser, shop, *["ana"] * 5)
    assert "Sign in with a passkey" in known.text
    assert shown(known) == shown(tried(provider.browser("192.0.2.9"), shop, *["nobody"] * 5))


def test_a_known_browser_locks_for_itself_and_for_nobody_else(
    provider: Provider, shops: dict[str, RelyingParty], browser: Browser
) -> None:
    shop = shops["alphera"]
    assert tried(browser, shop, "ana", password=ANA_PASSWORD).left
    browser.open("/logout")
    browser.submit(press="logout")
    assert "is locked" in tried(browser, shop, *["ana"] * 5).text
    assert tried(provider.browser("192.0.2.9"), shop, "ana", password=ANA_PASSWORD).left


def test_a_planted_device_cookie_makes_no_known_browser(
    provider: Provider, shops: dict[str, RelyingParty], browser: Browser
) -> None:
    planted = new_handle()
    browser.bring("idp_device", planted)
    assert tried(browser, shops["stellantis"], "ana", password=ANA_PASSWORD).left
    thief = provider.browser("192.0.2.9")
    thief.bring("idp_device", planted)
    assert "is locked" in tried(thief, shops["stellantis"], *["ana"] * 5).text
    assert "is locked" in tried(provider.browser("192.0.2.8"), shops["stellantis"], "ana", password=ANA_PASSWORD).text


def test_a_shared_computer_is_never_known(provider: Provider, shops: dict[str, RelyingParty], browser: Browser) -> None:
    browser.open(shops["alphera"].request())
    browser.submit(username="ana", password=ANA_PASSWORD, shared="1")
    assert browser.cookie("idp_device") is None


@pytest.mark.parametrize("brand", ["stellantis", "alphera"])
def test_the_owners_mail_opens_the_lock_once_and_looking_does_not(
    provider: Provider, shops: dict[str, RelyingParty], browser: Browser, tmp_path: Path, brand: str
) -> None:
    shop = shops[brand]
    stranger = provider.browser("192.0.2.9")
    assert "is locked" in tried(stranger, shop, *["ana"] * 5).text
    link = mailed_link(provider, tmp_path)
    for _ in range(2):
        page = browser.open(link)
        assert "Was it you?" in page.text
        assert link.rpartition("/")[2] not in page.url
    assert "is locked" in tried(stranger, shop, "ana", password=ANA_PASSWORD).text
    browser.open(link)
    assert "You can sign in again" in browser.submit(press="unlock").text
    assert "no longer good" in browser.open(link).text
    assert tried(stranger, shop, "ana", password=ANA_PASSWORD).left
    assert [event.reason for event in provider.happened("PasswordUnlocked")] == ["owner"]


def test_a_name_that_does_not_exist_gets_no_mail(provider: Provider, shops: dict[str, RelyingParty], tmp_path: Path) -> None:
    assert "is locked" in tried(provider.browser(), shops["alphera"], *["nobody"] * 5).text
    assert mails(provider, tmp_path, "nobody") == mails(provider, tmp_path) == []


def test_whoever_makes_up_links_cannot_fill_the_store(provider: Provider) -> None:
    guesser = provider.browser("192.0.2.66")
    assert guesser.open("/unlock/made-up", follow=False).status == 303
    for _ in range(MOST_PARKED):  # as that many requests would
        provider.house.throttle.failed("park", "192.0.2.66", PARKING_WINDOW)
    assert guesser.open("/unlock/made-up", follow=False).status == 429
    assert provider.browser("192.0.2.67").open("/unlock/made-up", follow=False).status == 303
