"""What ends an account, or everything in it, meets sign-ins at the same moment, on each database: nothing slips through."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from idp.cli.worker import chores, do
from idp.oidc.tokens.model import families
from idp.sessions.listing import running
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider, a_provider
from tests.faults.scene import at_once

AT_ONCE = 6
MANY_MORE = {"source_failures": "1000", "flood_failures": "10000"}


@pytest.fixture
def provider(tmp_path: Path, clock: TestClock, migrated_url: str) -> Iterator[Provider]:
    with a_provider(tmp_path, clock, database_url=migrated_url, **MANY_MORE) as running_now:
        running_now.add_customer()
        running_now.add_client("club", brand="alphera")
        yield running_now


def arrives(provider: Provider, path: str = "/account") -> Browser:
    """Ana's browser at the sign-in page."""
    browser = provider.browser()
    browser.open(path)
    return browser


def signs_in(provider: Provider, path: str = "/account") -> Browser:
    browser = arrives(provider, path)
    browser.sign_in("ana", ANA_PASSWORD)
    return browser


def live_sessions(provider: Provider) -> int:
    ground = provider.house.ground
    with ground.database.reading() as db:
        found = provider.house.people.subjects.find(db, "ana")
        return len(running(db, found.id, ground.clock.now())) if found is not None else 0


def meets_sign_ins(provider: Provider, owner: Browser, fields: dict[str, str]) -> None:
    """The owner sends the form on their page while others type the right password."""
    others = [arrives(provider) for _ in range(AT_ONCE - 1)]

    def acts(number: int) -> None:
        if number == 0:
            owner.submit(**fields)
        else:
            others[number - 1].sign_in("ana", ANA_PASSWORD)

    at_once(acts, AT_ONCE)


def test_not_me_leaves_no_session_whoever_signs_in_meanwhile(provider: Provider) -> None:
    owner = signs_in(provider, "/account/not-me")
    meets_sign_ins(provider, owner, {})
    assert "We stopped everything" in owner.text()
    assert live_sessions(provider) == 0
    assert "locked" in signs_in(provider).text()


def test_not_me_meets_who_is_confirming_in_another_session(provider: Provider, clock: TestClock) -> None:
    owner, others = signs_in(provider, "/account/not-me"), [signs_in(provider) for _ in range(AT_ONCE - 1)]
    clock.advance(timedelta(minutes=6))
    for other in others:
        assert "Confirm it’s you" in other.open("/account/close").text

    def acts(number: int) -> None:
        if number == 0:
            owner.submit()
        else:
            others[number - 1].submit(password=ANA_PASSWORD)

    at_once(acts, AT_ONCE)
    assert "We stopped everything" in owner.text()
    assert live_sessions(provider) == 0


def test_not_me_leaves_no_offline_access_however_close_it_was_given(provider: Provider) -> None:
    """S1, what ends: whoever asks for tokens at that moment gets none that last."""
    club = provider.add_client("club", brand="alphera")
    asks = club.request(scope="openid offline_access")
    owner, others = signs_in(provider, "/account/not-me"), [signs_in(provider) for _ in range(AT_ONCE - 1)]
    others[0].open(asks)
    assert others[0].submit(press="allow").left

    def acts(number: int) -> None:
        if number == 0:
            owner.submit()
        else:
            others[number - 1].open(asks)

    at_once(acts, AT_ONCE)
    assert "We stopped everything" in owner.text()
    with provider.house.ground.database.reading() as db:
        assert not db.scalars(select(families.c.id).where(families.c.revoked_at.is_(None))).all()


def test_said_many_times_at_once_it_is_told_once(provider: Provider) -> None:
    owner = signs_in(provider, "/account/not-me")
    sent = owner.page.forms[-1].fields
    session, own = owner.cookie("idp_session"), owner.cookie("idp_browser")
    tabs = [provider.browser() for _ in range(AT_ONCE)]
    for tab in tabs:
        tab.bring("idp_session", session or "")
        tab.bring("idp_browser", own or "")
    at_once(lambda number: tabs[number].post("/account/not-me", sent), AT_ONCE)
    assert len(provider.happened("NotMe")) == 1


def test_closing_leaves_no_session_whoever_signs_in_meanwhile(provider: Provider) -> None:
    owner = signs_in(provider, "/account/close")
    meets_sign_ins(provider, owner, {"username": "ana"})
    assert live_sessions(provider) == 0
    assert len(provider.happened("AccountClosing")) == 1
    assert "will be closed on" in signs_in(provider).text()


def test_kept_and_closed_at_the_same_moment_it_is_one_or_the_other(provider: Provider, clock: TestClock) -> None:
    owner = signs_in(provider, "/account/close")
    owner.submit(username="ana")
    clock.advance(timedelta(days=14))
    browsers = [signs_in(provider) for _ in range(3)]
    assert all("will be closed on" in browser.text() for browser in browsers)
    closing = [chore for chore in chores(provider.house) if chore.name == "close_accounts"]

    def acts(number: int) -> None:
        if number == 3:
            do(closing[0], Event())
        else:
            browsers[number].submit(press="keep")

    at_once(acts, 4)
    kept, closed = provider.happened("ClosingCancelled"), provider.happened("AccountClosed")
    assert len(kept) + len(closed) == 1
    assert bool(live_sessions(provider)) == bool(kept)


def test_two_workers_close_an_account_once(provider: Provider, clock: TestClock) -> None:
    signs_in(provider, "/account/close").submit(username="ana")
    clock.advance(timedelta(days=14))
    closing = [chore for chore in chores(provider.house) if "clos" in chore.name]
    at_once(lambda _: [do(chore, Event()) for chore in closing], AT_ONCE)
    assert len(provider.happened("AccountClosed")) == 1


def test_a_consent_is_withdrawn_once(provider: Provider) -> None:
    owner = signs_in(provider)
    house, page = provider.house, "/account/applications/club"
    with house.ground.database.transaction() as db:
        found, club = house.people.subjects.find(db, "ana"), house.parties.clients.find("club")
        assert found is not None
        assert club is not None
        house.parties.consents.grant(db, house.ground.bus, found.id, club, frozenset({"openid"}), provider.clock.now())
    owner.open(page)
    sent = owner.page.forms[-1].fields
    tabs = [provider.browser() for _ in range(AT_ONCE)]
    for tab in tabs:
        tab.bring("idp_session", owner.cookie("idp_session") or "")
        tab.bring("idp_browser", owner.cookie("idp_browser") or "")
    answers = at_once(lambda number: tabs[number].post(page, sent).status, AT_ONCE)
    assert set(answers) <= {200, 404}
    assert len(provider.happened("ConsentWithdrawn")) == 1
