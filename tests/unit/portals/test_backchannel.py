"""Back-channel logout: every clause of section 2.6, and sessions that really end."""

import time
from typing import Any

import pytest
import requests
from joserfc.jwk import ECKey

from tests.unit.portals.conftest import Browser, Portal
from tests.unit.portals.fake_provider import EVENT, FakeProvider

CLIENT = "stellantis-portal"
NOW = int(time.time())


def deliver(portal: Portal, token: str) -> requests.Response:
    return requests.post(f"{portal.url}/backchannel-logout", data={"logout_token": token}, timeout=10)


def still_in(browser: Browser) -> bool:
    return browser.open("/overview", allow_redirects=False).status_code == 200


@pytest.mark.parametrize("changes", [{}, {"sub": None}, {"sid": None}], ids=["sub and sid", "sid", "sub"])
def test_the_session_ends(browser: Browser, portal: Portal, provider: FakeProvider, changes: dict[str, Any]) -> None:
    browser.sign_in()
    assert still_in(browser)
    answer = deliver(portal, provider.logout_token(CLIENT, **changes))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert not still_in(browser)


@pytest.mark.parametrize(
    "changes",
    [{"sid": "another"}, {"sub": "another"}, {"sub": None, "sid": "another"}, {"sub": "another", "sid": None}],
)
def test_other_sessions_stay(browser: Browser, portal: Portal, provider: FakeProvider, changes: dict[str, Any]) -> None:
    browser.sign_in()
    assert deliver(portal, provider.logout_token(CLIENT, **changes)).status_code == 200
    assert still_in(browser)


def test_one_of_two_browsers_ends_by_its_sid(portal: Portal, provider: FakeProvider) -> None:
    with Browser(portal) as first, Browser(portal) as second:
        first.sign_in()
        provider.sid = "sid-2"
        second.sign_in()
        assert deliver(portal, provider.logout_token(CLIENT, sid="sid-2")).status_code == 200
        assert still_in(first)
        assert not still_in(second)


BAD: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "alphera-portal"},
    "no audience": {"aud": None},
    "expired": {"exp": NOW - 3600},
    "no end": {"exp": None},
    "no iat": {"iat": None},
    "iat in the future": {"iat": NOW + 3600},
    "iat is no number": {"iat": True},
    "no events": {"events": None},
    "another event": {"events": {"http://schemas.example/event": {}}},
    "event without an object": {"events": {EVENT: "now"}},
    "a nonce": {"nonce": "n"},
    "neither sub nor sid": {"sub": None, "sid": None},
    "empty sub and sid": {"sub": "", "sid": ""},
    "sub is no text": {"sub": 5},
    "no jti": {"jti": None},
    "an ID token": {"typ": "JWT"},
    "an access token": {"typ": "at+jwt"},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD)
def test_a_logout_token_that_does_not_hold(
    browser: Browser, portal: Portal, provider: FakeProvider, changes: dict[str, Any]
) -> None:
    browser.sign_in()
    answer = deliver(portal, provider.logout_token(CLIENT, **changes))
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"
    assert answer.headers["Cache-Control"] == "no-store"
    assert still_in(browser)


def test_a_foreign_signature(browser: Browser, portal: Portal, provider: FakeProvider) -> None:
    browser.sign_in()
    for key in (ECKey.generate_key("P-256", {"alg": "ES256", "kid": provider.key.kid}), provider.rsa):
        assert deliver(portal, provider.logout_token(CLIENT, key=key)).status_code == 400
    assert still_in(browser)


def test_a_logout_token_counts_once(browser: Browser, portal: Portal, provider: FakeProvider) -> None:
    token = provider.logout_token(CLIENT)
    assert deliver(portal, token).status_code == 200
    browser.sign_in()
    assert deliver(portal, token).status_code == 400
    assert still_in(browser)


@pytest.mark.parametrize("body", [{}, {"logout_token": ""}, {"logout_token": "x"}, {"logout_token": ["a", "b"]}])
def test_bodies_that_hold_no_token(portal: Portal, body: dict[str, Any]) -> None:
    assert requests.post(f"{portal.url}/backchannel-logout", data=body, timeout=10).status_code == 400


def test_a_huge_body_is_refused(portal: Portal) -> None:
    body = {"logout_token": "x" * 100_000}
    assert requests.post(f"{portal.url}/backchannel-logout", data=body, timeout=10).status_code == 413


def test_it_is_called_by_post_only(portal: Portal) -> None:
    assert requests.get(f"{portal.url}/backchannel-logout", timeout=10).status_code == 405


def test_without_keys_the_provider_is_asked_to_come_again(portal: Portal, provider: FakeProvider) -> None:
    token = provider.logout_token(CLIENT)
    provider.issuer = "https://elsewhere.example"
    answer = deliver(portal, token)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
