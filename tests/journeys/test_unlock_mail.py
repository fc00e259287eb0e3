"""The mail about a lock comes at most once a day: its link is good for whichever lock falls that day, and the page says so."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.locks import UNLOCK_LINK, mailed_link, mails, tried

Shops = dict[str, RelyingParty]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def stranger(provider: Provider) -> Browser:
    return provider.browser("192.0.2.9")


def locks(stranger: Browser, shop: RelyingParty) -> str:
    """Somebody locks Ana's name there; what they are told."""
    page = tried(stranger, shop, *["ana"] * 5)
    assert "is locked" in page.text
    return page.text


def is_open(browser: Browser, shop: RelyingParty) -> bool:
    return "is locked" not in tried(browser, shop, "ana", password=ANA_PASSWORD).text


def support_opens(provider: Provider, clock: TestClock) -> None:
    with provider.house.ground.database.transaction() as db:
        subject = provider.house.people.subjects.find(db, "ana")
        assert subject is not None
        assert provider.house.locking.release(db, subject.id, "support", clock.now())


@pytest.mark.parametrize("brand", ["stellantis", "alphera"])
def test_the_unused_link_of_today_opens_a_second_lock(
    provider: Provider, shops: Shops, stranger: Browser, browser: Browser, clock: TestClock, tmp_path: Path, brand: str
) -> None:
    locks(stranger, shops[brand])
    link = mailed_link(provider, tmp_path)
    clock.advance(HOUR)
    if brand == "alphera":  # where time opens nothing
        support_opens(provider, clock)
    locks(stranger, shops[brand])
    assert len(mails(provider, tmp_path)) == 1
    browser.open(link)
    assert "You can sign in again" in browser.submit(press="unlock").text
    assert is_open(stranger, shops[brand])


@pytest.mark.parametrize("brand", ["stellantis", "alphera"])
def test_once_used_the_next_comes_with_a_lock_of_another_day(
    provider: Provider, shops: Shops, stranger: Browser, browser: Browser, clock: TestClock, tmp_path: Path, brand: str
) -> None:
    locks(stranger, shops[brand])
    used = mailed_link(provider, tmp_path)
    browser.open(used)
    browser.submit(press="unlock")
    clock.advance(HOUR)
    told = locks(stranger, shops[brand])
    assert "at most once a day" in told
    assert "Open it by e-mail" in told  # the way that is left today
    assert "no longer good" in browser.open(used).text
    assert len(mails(provider, tmp_path)) == 1
    clock.advance(DAY - HOUR)
    if brand == "alphera":
        support_opens(provider, clock)
    locks(stranger, shops[brand])
    latest = UNLOCK_LINK.findall(mails(provider, tmp_path)[-1])
    assert len(mails(provider, tmp_path)) == 2
    browser.open(latest[0])
    assert "You can sign in again" in browser.submit(press="unlock").text


def test_an_unread_link_dies_after_a_day_and_the_page_behind_it_says_what_to_do(
    provider: Provider, shops: Shops, stranger: Browser, browser: Browser, clock: TestClock, tmp_path: Path
) -> None:
    locks(stranger, shops["alphera"])
    link = mailed_link(provider, tmp_path)
    clock.advance(DAY)
    page = browser.open(link)
    assert "no longer good" in page.text
    assert "call the support" in page.text
    told = tried(stranger, shops["alphera"], "ana").text
    assert "is locked" in told
    assert "Open it by e-mail" in told
