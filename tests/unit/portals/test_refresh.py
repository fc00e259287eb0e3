"""Single-flight refresh: ten requests at once, one refresh."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from portals.clock import system_clock
from portals.relying_party.client import ProviderRefused, ProviderUnreachable
from portals.relying_party.refresh import Ended, Fresh, Refresher, Unreachable
from portals.relying_party.sessions import Session, Sessions, SignedIn, Tokens
from portals.store import Store
from tests.unit.portals.conftest import Browser, Portal
from tests.unit.portals.fake_provider import FakeProvider

OVER = timedelta(minutes=11)


def refreshes(provider: FakeProvider) -> list[str]:
    return [call["refresh_token"] for call in provider.token_calls if call["grant_type"] == "refresh_token"]


def test_ten_requests_at_once_refresh_once(browser: Browser, portal: Portal, provider: FakeProvider) -> None:
    browser.sign_in()
    # The portal believes the token old; the API keeps the same moved clock, so only a new one could pass there.
    provider.token_life, provider.token_delay = 3600, 0.2
    portal.clock.advance(timedelta(minutes=9, seconds=50))
    with ThreadPoolExecutor(10) as pool:
        pages = list(pool.map(lambda _: browser.open("/overview"), range(10)))
    assert [page.status_code for page in pages] == [200] * 10
    assert len(refreshes(provider)) == 1


def test_no_customer_no_refresh(browser: Browser, portal: Portal, provider: FakeProvider) -> None:
    browser.sign_in()
    portal.clock.advance(timedelta(minutes=9, seconds=50))
    assert refreshes(provider) == []
    browser.open("/support")
    assert refreshes(provider) == []


def test_the_rotated_token_is_used_next(browser: Browser, portal: Portal, provider: FakeProvider) -> None:
    provider.token_life = 10
    browser.sign_in()
    browser.open("/overview")
    browser.open("/overview")
    used = refreshes(provider)
    assert used[0] == "refresh-0"
    assert len(set(used)) == len(used)


def test_a_refused_refresh_signs_out_here(browser: Browser, portal: Portal, provider: FakeProvider) -> None:
    browser.sign_in()
    provider.refuse_refresh = True
    portal.clock.advance(OVER)
    away = browser.open("/agreements/PCP-4471902", allow_redirects=False)
    assert away.status_code == 303
    assert away.headers["Location"] == "/login?next=/agreements/PCP-4471902"
    assert "Sign out</button>" not in browser.open("/support").text


def test_a_provider_that_is_down_ends_nothing(browser: Browser, portal: Portal, provider: FakeProvider) -> None:
    browser.sign_in()
    provider.token_status = 503
    portal.clock.advance(timedelta(minutes=9, seconds=50))
    assert browser.open("/overview").status_code == 503
    provider.token_status = None
    assert browser.open("/overview").status_code == 200


def test_a_token_the_api_rejects_is_refreshed_once(browser: Browser, portal: Portal, provider: FakeProvider) -> None:
    browser.sign_in()
    with portal.app.extensions["store"].connection() as db:
        db.execute("UPDATE sessions SET access_token = 'tampered'")
    assert browser.open("/overview").status_code == 200
    assert len(refreshes(provider)) == 1


def test_a_foreign_token_shows_nothing(browser: Browser, portal: Portal, provider: FakeProvider) -> None:
    """Even a refresh that yields tokens for somewhere else ends in a calm page, not in a loop."""
    browser.sign_in()
    original = provider.access_token
    provider.access_token = lambda audience, **more: original("https://other.example", **more)  # type: ignore[method-assign]
    with portal.app.extensions["store"].connection() as db:
        db.execute("UPDATE sessions SET access_token = ?", (provider.access_token("x"),))
    page = browser.open("/overview")
    assert page.status_code == 503
    assert "cannot show your account" in page.text
    assert "Peugeot" not in page.text


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return Sessions(Store(tmp_path / "store.sqlite"), timedelta(minutes=15), timedelta(hours=8))


def stale_session(sessions: Sessions, refresh_token: str | None = "r0") -> Session:
    tokens = Tokens("a0", refresh_token, system_clock().timestamp() - 1)
    handle = sessions.start(SignedIn("sub", "sid", "Ana", "id", tokens), system_clock())
    found = sessions.find(handle, system_clock())
    assert found is not None
    return found


def refused(_: str) -> Tokens:
    raise ProviderRefused("invalid_grant")


def unreachable(_: str) -> Tokens:
    raise ProviderUnreachable


def fresh(refresh_token: str) -> Tokens:
    time.sleep(0.1)
    return Tokens(f"after-{refresh_token}", "r1", system_clock().timestamp() + 600)


def test_two_processes_agree_over_the_store(sessions: Sessions, tmp_path: Path) -> None:
    """A second Store on the same file is what another process has."""
    other = Sessions(Store(tmp_path / "store.sqlite"), sessions.idle, sessions.longest)
    session, calls = stale_session(sessions), []

    def counted(refresh_token: str) -> Tokens:
        calls.append(refresh_token)
        return fresh(refresh_token)

    refreshers = [Refresher(each, counted, system_clock, time.sleep) for each in (sessions, other) * 5]
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda each: each.access_token(session), refreshers))
    assert found == [Fresh("after-r0")] * 10
    assert calls == ["r0"]
    sessions.store.close()
    other.store.close()


def test_a_leader_that_died_is_replaced(sessions: Sessions) -> None:
    session = stale_session(sessions)
    assert sessions.lease(session, system_clock() - timedelta(seconds=20), timedelta(seconds=15))
    assert Refresher(sessions, fresh, system_clock, time.sleep).access_token(session) == Fresh("after-r0")
    sessions.store.close()


def test_who_waits_too_long_is_told(sessions: Sessions) -> None:
    session = stale_session(sessions)
    assert sessions.lease(session, system_clock(), timedelta(hours=1))
    assert Refresher(sessions, fresh, system_clock, lambda _: None).access_token(session) == Unreachable()
    sessions.store.close()


def test_outcomes_of_one_refresh(sessions: Sessions) -> None:
    session = stale_session(sessions)
    assert Refresher(sessions, unreachable, system_clock, time.sleep).access_token(session) == Unreachable()
    assert Refresher(sessions, refused, system_clock, time.sleep).access_token(session) == Ended()
    assert sessions.reload(session.digest) is None
    assert Refresher(sessions, fresh, system_clock, time.sleep).access_token(session) == Ended()
    sessions.store.close()


def test_without_a_refresh_token_the_session_ends_with_its_token(sessions: Sessions) -> None:
    session = stale_session(sessions, refresh_token=None)
    assert Refresher(sessions, fresh, system_clock, time.sleep).access_token(session) == Ended()
    sessions.store.close()


def test_a_session_ended_during_its_refresh_stays_ended(sessions: Sessions) -> None:
    session = stale_session(sessions)

    def ended_meanwhile(refresh_token: str) -> Tokens:
        sessions.end(session.digest)
        return fresh(refresh_token)

    Refresher(sessions, ended_meanwhile, system_clock, time.sleep).access_token(session)
    assert sessions.reload(session.digest) is None
    sessions.store.close()
