"""Customers see where they are signed in, and end what they do not want. Each brand in its own dress."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from idp.sessions.model import sessions
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider, a_provider
from tests.drivers.relying_party import RelyingParty
from tests.protocol.logout.receiver import Receiver

ACCOUNT = "/account"
SESSIONS = f"{ACCOUNT}/sessions"
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
NAMES = {"stellantis": "Stellantis Financial Services", "alphera": "ALPHERA Financial Services"}


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    front = "https://shop.example/front"
    return provider.add_client("shop", brand=str(request.param), consent="implied", frontchannel_logout_uri=front)


def signs_in(provider: Provider, shop: RelyingParty, address: str = "127.0.0.1", **boxes: str) -> Browser:
    """Ana in a browser of hers."""
    browser = provider.browser(address)
    browser.open(shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD, **boxes).left
    return browser


def test_the_account_begins_at_one_page_in_the_dress_of_the_brand(provider: Provider, shop: RelyingParty) -> None:
    page = signs_in(provider, shop).open(ACCOUNT)
    assert f"official address of {NAMES[str(shop.metadata.brand)]}" in page.text
    assert "Signed in with 1 browser" in page.text
    for link in ("See how you sign in", "See your sessions", "See your activity", "Download your data", "Close your account"):
        assert provider.browser().open(page.link(link)).status == 200
    assert page.link("Sign out") == "/logout"


def test_the_pages_wear_the_dress_of_the_brand_one_came_from(provider: Provider, shop: RelyingParty) -> None:
    other = {"stellantis": "alphera", "alphera": "stellantis"}[str(shop.metadata.brand)]
    stranger = provider.browser()
    assert f"official address of {NAMES[other]}" in stranger.open(f"{ACCOUNT}?brand={other}").text
    here = signs_in(provider, shop)
    for address in (f"{ACCOUNT}?brand={other}", SESSIONS, f"{ACCOUNT}?brand=nobody", ACCOUNT):
        assert f"official address of {NAMES[other]}" in here.open(address).text, address
    here.open(f"{ACCOUNT}?brand={shop.metadata.brand}")
    assert f"official address of {NAMES[str(shop.metadata.brand)]}" in here.open(f"{ACCOUNT}/not-me").text


def test_each_session_says_where_it_is(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    signs_in(provider, shop, "198.51.100.7", shared="1")
    clock.advance(timedelta(minutes=5))
    page = signs_in(provider, shop).open(SESSIONS)
    assert page.text.count("this one") == 1
    assert page.text.index("this one") < page.text.index("198.51.100.7")
    assert "Signed in today at 09:30, last used today at 09:30" in page.text
    assert "From the address 198.51.100.7" in page.text
    assert "shared computer" in page.text
    assert page.text.count("Used for Shop") == 2


def test_a_place_is_said_by_the_operators_own_file_alone(tmp_path: Path, clock: TestClock) -> None:
    (tmp_path / "places.csv").write_text("network,place\n198.51.100.0/24,Bristol\n198.51.100.7/32,Bath\n2001:db8::/32,Lyon\n")
    with a_provider(tmp_path, clock, places_file=str(tmp_path / "places.csv")) as provider:
        provider.add_customer()
        shop = provider.add_client("shop", brand="stellantis", consent="implied")
        for address in ("198.51.100.7", "198.51.100.8", "2001:db8::1", "203.0.113.1"):
            browser = signs_in(provider, shop, address)
        text = browser.open(SESSIONS).text
    for said in ("From Bath, address 198.51.100.7", "Bristol, address 198.51.100.8", "Lyon, address 2001:db8::1"):
        assert said in text
    assert "From the address 203.0.113.1" in text


def test_one_session_is_ended_and_its_applications_are_told(provider: Provider, shop: RelyingParty) -> None:
    with Receiver() as receiver:
        club = provider.add_client("club", brand=shop.metadata.brand, consent="implied", backchannel_logout_uri=receiver.url)
        other = signs_in(provider, club, "198.51.100.7")
        tokens = club.redeem(club.code(other.open(club.request())))
        here = signs_in(provider, shop)
        here.open(session_links(here)[1])
        assert "Whoever uses it has to sign in again" in here.page.text
        assert "is signed out." in here.submit(press="end").text
        provider.house.protocol.outbox.run_once()
        assert len(receiver.tokens) == 1
    assert "Sign in to your account" in other.open(ACCOUNT).text
    assert club.refresh(tokens["refresh_token"]).status == 400
    assert [event.reason for event in provider.happened("SessionEnded")] == ["owner"]
    assert "198.51.100.7" not in here.open(SESSIONS).text
    assert everything_of_ended_sessions(provider) == {(None, None)}


def test_all_others_are_ended_and_this_one_stays(provider: Provider, shop: RelyingParty) -> None:
    others = [signs_in(provider, shop) for _ in range(3)]
    here = signs_in(provider, shop)
    here.open(here.open(SESSIONS).link("Sign out everywhere else"))
    assert here.page.text.count("last used today at 09:30") == 3
    assert "3 other browsers are signed out." in here.submit().text
    assert "Sign out everywhere else" not in here.page.text
    assert all("Sign in to your account" in other.open(ACCOUNT).text for other in others)
    here.open(f"{SESSIONS}/others")
    assert "You are signed in nowhere else" in here.page.text
    assert len(provider.happened("SessionEnded")) == 3


def test_the_session_one_looks_from_is_ended_too(provider: Provider, shop: RelyingParty) -> None:
    here = signs_in(provider, shop)
    here.open(session_links(here)[0])
    assert "This is the browser in front of you" in here.page.text
    assert "You’re signed out" in here.submit(press="end").text
    assert [frame.partition("?")[0] for frame in here.page.frames] == ["https://shop.example/front"]
    assert here.cookie("idp_session") is None


def test_ending_takes_a_fresh_proof(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    other, here = signs_in(provider, shop), signs_in(provider, shop)
    link = session_links(here)[1]
    here.open(link)
    sent = here.page.forms[-1].fields | {"end": "1"}
    clock.advance(timedelta(minutes=6))
    for path in (link, f"{SESSIONS}/others"):
        assert "Confirm it’s you" in here.open(path).text
        assert "Confirm it’s you" in here.post(path, sent).text
    assert not provider.happened("SessionEnded")
    assert other.open(shop.request()).left


def test_nobody_ends_sessions_of_others(provider: Provider, shop: RelyingParty) -> None:
    provider.add_customer("ben")
    ben = provider.browser()
    ben.open(SESSIONS)
    ben.sign_in("ben", ANA_PASSWORD)
    ana = signs_in(provider, shop)
    token = ana.open(f"{SESSIONS}/others").forms
    fields = {"end": "1", "csrf_token": csrf(ana)}
    assert token == []
    for address in (session_links(ben)[0], f"{SESSIONS}/e_{'x' * 22}", f"{SESSIONS}/e_%00", f"{SESSIONS}/{'y' * 300}"):
        assert (ana.open(address).status, ana.post(address, fields).status) == (404, 404), address
        assert "There is no page here" in ana.page.text
    assert not provider.happened("SessionEnded")


def session_links(browser: Browser) -> list[str]:
    """The pages of the sessions that the list shows, this one first."""
    return [link for link in browser.open(SESSIONS).links("Sign out") if "/e_" in link]


def csrf(browser: Browser) -> str:
    browser.open(session_links(browser)[0])
    return browser.page.forms[-1].fields["csrf_token"]


def everything_of_ended_sessions(provider: Provider) -> set[tuple[str | None, str | None]]:
    """Addresses and devices that are kept of sessions which are over."""
    with provider.house.ground.database.reading() as db:
        rows = db.execute(select(sessions.c.address, sessions.c.device).where(sessions.c.ended_at.is_not(None)))
        return {(row.address, row.device) for row in rows}
