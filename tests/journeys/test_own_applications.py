"""Customers see which applications may use their account, and shut them out."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import Answer, RelyingParty
from tests.protocol.logout.receiver import Receiver

APPLICATIONS = "/account/applications"
NAMES = {"stellantis": "Stellantis Financial Services", "alphera": "ALPHERA Financial Services"}


@pytest.fixture(params=["stellantis", "alphera"])
def brand(provider: Provider, request: pytest.FixtureRequest) -> str:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return str(request.param)


@pytest.fixture
def portal(provider: Provider, brand: str) -> RelyingParty:
    """The brand's own."""
    return provider.add_client("portal", brand=brand, consent="implied", initiate_login_uri="https://portal.example/start")


@pytest.fixture
def signed_in(provider: Provider, portal: RelyingParty) -> Browser:
    browser = provider.browser()
    browser.open(portal.request())
    assert browser.sign_in("ana", ANA_PASSWORD).left
    return browser


def allows(browser: Browser, club: RelyingParty, **asked: str) -> Answer:
    """Ana allows an application of somebody else what it asks for."""
    page = browser.open(club.request(**asked))
    return club.redeem(club.code(page if page.left else browser.submit(press="allow")))


def test_what_was_allowed_stands_there_in_words(
    provider: Provider, brand: str, portal: RelyingParty, signed_in: Browser, clock: TestClock
) -> None:
    assert "None allowed" in signed_in.open("/account").text
    club = provider.add_client("club", client_name="<b>Club</b>", brand=brand, initiate_login_uri="https://club.example/?x=1")
    allows(signed_in, club, scope="openid email offline_access")
    clock.advance(timedelta(minutes=1))
    page = signed_in.open(APPLICATIONS)
    assert "<b>Club</b> Allowed today" in page.text
    assert "&lt;b&gt;Club&lt;/b&gt;" in page.body
    assert "See your e-mail address" in page.text
    assert "Keep this access while you are away" in page.text
    assert f"{NAMES[brand]} Since your first visit today Part of its service: Portal" in page.text
    iss = quote(provider.issuer, safe="")
    assert page.link("Open <b>Club</b>") == f"https://club.example/?x=1&iss={iss}"
    assert page.link("Open Portal") == f"https://portal.example/start?iss={iss}"
    assert "1 application allowed" in signed_in.open("/account").text


def test_an_application_is_shut_out_told_and_asked_again(provider: Provider, brand: str, signed_in: Browser) -> None:
    with Receiver() as receiver:
        club = provider.add_client("club", brand=brand, backchannel_logout_uri=receiver.url)
        tokens = allows(signed_in, club, scope="openid email offline_access")
        signed_in.open(signed_in.open(APPLICATIONS).link("Shut out"))
        assert "It can see and do nothing here any more" in signed_in.page.text
        assert "Club is shut out." in signed_in.submit().text
        assert "None." in signed_in.page.text
        assert (club.refresh(tokens["refresh_token"]).status, club.userinfo(tokens["access_token"]).status) == (400, 401)
        assert delivered(provider, receiver) == 1
        assert "Allow Club?" in signed_in.open(club.request(scope="openid email")).text
        signed_in.submit(press="allow")
        assert delivered(provider, receiver) == 0
        signed_in.open("/logout")
        signed_in.submit(press="logout")
        assert delivered(provider, receiver) == 1  # the visit after it counts anew
    assert [(event.client_id, event.reason) for event in provider.happened("FamilyRevoked")] == [("club", "consent_withdrawn")]
    assert len(provider.happened("ConsentWithdrawn")) == 1


def test_shutting_one_out_leaves_the_others(provider: Provider, brand: str, signed_in: Browser) -> None:
    club, gym = (provider.add_client(name, brand=brand) for name in ("club", "gym"))
    allows(signed_in, club)
    kept = allows(signed_in, gym)
    signed_in.open(f"{APPLICATIONS}/club")
    signed_in.submit()
    assert gym.refresh(kept["refresh_token"]).status == 200
    assert signed_in.open(gym.request()).left


def test_a_brand_is_disconnected_and_asks_as_at_a_first_visit(
    provider: Provider, brand: str, portal: RelyingParty, signed_in: Browser
) -> None:
    tokens = portal.redeem(portal.code(signed_in.open(portal.request())))
    signed_in.open(signed_in.open(APPLICATIONS).link("Disconnect"))
    assert "At your next visit we ask you, as at a first one" in signed_in.page.text
    assert f"{NAMES[brand]} is disconnected." in signed_in.submit().text
    assert "None at the moment" in signed_in.page.text
    assert portal.refresh(tokens["refresh_token"]).status == 400
    assert signed_in.open(portal.request(prompt="none")).query["error"] == "consent_required"
    assert f"at {NAMES[brand]}?" in signed_in.open(portal.request()).text
    assert signed_in.submit(press="allow").left
    assert signed_in.open(portal.request()).left
    assert NAMES[brand] in signed_in.open(APPLICATIONS).text


def test_an_application_of_the_brand_that_is_stopped_is_disconnected_too(
    provider: Provider, portal: RelyingParty, brand: str, signed_in: Browser
) -> None:
    """Whoever starts it again must not find the access still there."""
    portal.code(signed_in.open(portal.request()))
    ground = provider.house.ground
    with ground.database.transaction() as db:
        assert provider.house.parties.clients.disable(db, ground.bus, "portal")
    signed_in.open(signed_in.open(APPLICATIONS).link("Disconnect"))
    assert "Portal" not in signed_in.page.text
    assert f"{NAMES[brand]} is disconnected." in signed_in.submit().text
    assert {(event.client_id, event.reason) for event in provider.happened("FamilyRevoked")} == {
        ("portal", "consent_withdrawn")
    }


def test_what_is_not_ones_own_is_not_there(provider: Provider, brand: str, portal: RelyingParty, signed_in: Browser) -> None:
    club = provider.add_client("club", brand=brand)
    provider.add_customer("ben")
    ben = provider.browser()
    ben.open(portal.request())
    ben.sign_in("ben", ANA_PASSWORD)
    allows(ben, club)
    assert "Club" not in signed_in.open(APPLICATIONS).text
    signed_in.open(signed_in.page.link("Disconnect"))
    fields = signed_in.page.forms[-1].fields
    for name in ("club", "portal", "nobody", "brand/nobody", "%00", "%0d%0a", "x" * 300, "brand/%E2%82%AC"):
        address = f"{APPLICATIONS}/{name}"
        assert (signed_in.open(address).status, signed_in.post(address, fields).status) == (404, 404), name
    assert not provider.happened("ConsentWithdrawn")
    assert ben.open(club.request()).left


def test_withdrawn_twice_at_once_it_is_told_once(provider: Provider, brand: str, signed_in: Browser) -> None:
    allows(signed_in, provider.add_client("club", brand=brand))
    signed_in.open(f"{APPLICATIONS}/club")
    sent = signed_in.page.forms[-1].fields
    assert [signed_in.post(f"{APPLICATIONS}/club", sent).status for _ in range(2)] == [200, 404]
    assert len(provider.happened("ConsentWithdrawn")) == 1


def delivered(provider: Provider, receiver: Receiver) -> int:
    """How many logout tokens come now."""
    before = len(receiver.tokens)
    provider.house.protocol.outbox.run_once()
    return len(receiver.tokens) - before
