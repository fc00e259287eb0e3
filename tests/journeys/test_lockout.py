"""Too many wrong passwords: what locks, for how long, what the page says, and what goes on."""

from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

WRONG = "not the password"
NAMES = ("ana", "ana@example.test", "ANA", " ana ", "Ana@Example.Test")


@pytest.fixture
def shops(provider: Provider) -> dict[str, RelyingParty]:
    provider.add_customer("ana")
    return {brand: provider.add_client(f"shop-{brand}", brand=brand, consent="implied") for brand in ("stellantis", "alphera")}


def tried(browser: Browser, shop: RelyingParty, *names: str, password: str = WRONG) -> Page:
    """The page after the last of several tries, each begun at `shop`."""
    for name in names:
        browser.open(shop.request())
        page = browser.sign_in(name, password)
    return page


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
    assert "To have it opened, call ALPHERA Financial Services: 020 7946 0202" in page.text
    clock.advance(timedelta(days=30))
    assert "does not end with time" in tried(browser, shops["alphera"], "ana", password=ANA_PASSWORD).text


@pytest.mark.parametrize("name", ["ana", "nobody"])
def test_the_brand_where_it_fell_says_how_it_ends(shops: dict[str, RelyingParty], browser: Browser, name: str) -> None:
    tried(browser, shops["alphera"], *[name] * 5)
    page = tried(browser, shops["stellantis"], name, password=ANA_PASSWORD)
    assert "does not end with time" in page.text
    assert "To have it opened, call ALPHERA Financial Services: 020 7946 0202" in page.text


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
