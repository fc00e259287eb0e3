"""Signing in: bound to the browser, to the issuer and to the page that was wanted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from portals.relying_party.sign_in import local_path
from tests.unit.portals.conftest import Browser, Portal
from tests.unit.portals.fake_provider import FakeProvider


def test_a_customer_lands_on_the_page_that_was_wanted(browser: Browser) -> None:
    page = browser.open("/agreements/PCP-4471902/payments")
    assert urlsplit(page.url).path == "/agreements/PCP-4471902/payments"
    assert "Payments collected" in page.text


def test_the_request_is_what_was_registered(browser: Browser, provider: FakeProvider, portal: Portal) -> None:
    browser.sign_in()
    asked = provider.requests[0]
    assert asked["client_id"] == "stellantis-portal"
    assert asked["redirect_uri"] == f"{portal.url}/callback"
    assert asked["scope"] == "openid profile email address phone accounts"
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20


def test_no_token_ever_reaches_the_browser(browser: Browser) -> None:
    page = browser.sign_in()
    cookies = [cookie.value or "" for cookie in browser.cookies]
    assert [cookie.name for cookie in browser.cookies] == ["stellantis_portal"]
    assert not any(value.startswith("eyJ") for value in cookies)
    assert "eyJ" not in page.text


def test_the_cookie_is_http_only_and_lax(browser: Browser) -> None:
    header = browser.open("/login", allow_redirects=False).headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Max-Age" not in header
    assert "Domain" not in header


def test_the_handle_changes_at_sign_in(browser: Browser) -> None:
    """Session fixation: a handle known before the sign-in opens nothing after it."""
    browser.open("/login", allow_redirects=False)
    before = browser.cookies["stellantis_portal"]
    browser.sign_in()
    assert browser.cookies["stellantis_portal"] != before
    planted = requests.get(
        f"{browser.portal.url}/overview", cookies={"stellantis_portal": before}, allow_redirects=False, timeout=10
    )
    assert planted.status_code == 303


def callback(browser: Browser, **changes: str) -> str:
    """Begin a sign-in and return the path the provider would send the browser back to."""
    away = browser.open("/login?next=/details", allow_redirects=False).headers["Location"]
    back = requests.get(away, allow_redirects=False, timeout=10).headers["Location"]
    parts = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()} | changes
    return requests.Request("GET", "http://x/callback", params=parts).prepare().path_url


def test_the_answer_of_another_browser_is_refused(browser: Browser, portal: Portal) -> None:
    """Login CSRF: somebody else's code, opened here."""
    path = callback(browser)
    with Browser(portal) as victim:
        victim.open("/login", allow_redirects=False)
        page = victim.open(path)
        assert page.status_code == 400
        assert "no longer waiting" in page.text
        assert victim.open("/overview", allow_redirects=False).status_code == 303


def test_an_answer_works_once(browser: Browser, provider: FakeProvider) -> None:
    path = callback(browser)
    assert urlsplit(browser.open(path).url).path == "/details"
    calls = len(provider.token_calls)
    assert browser.open(path).status_code == 400
    assert len(provider.token_calls) == calls


@pytest.mark.parametrize(
    "changes", [{"state": "other"}, {"state": ""}, {"iss": "https://evil.example"}, {"iss": ""}, {"code": ""}]
)
def test_an_answer_that_is_not_ours(browser: Browser, provider: FakeProvider, changes: dict[str, str]) -> None:
    page = browser.open(callback(browser, **changes))
    assert page.status_code == 400
    assert provider.token_calls == []


def test_a_doubled_parameter_is_refused(browser: Browser, provider: FakeProvider) -> None:
    assert browser.open(callback(browser) + "&code=another").status_code == 400
    assert provider.token_calls == []


def test_two_tabs_do_not_disturb_each_other(browser: Browser) -> None:
    first, second = callback(browser), callback(browser)
    assert urlsplit(browser.open(second).url).path == "/details"
    assert urlsplit(browser.open(first).url).path == "/details"


def test_a_page_left_open_overnight_still_lands(browser: Browser, portal: Portal) -> None:
    path = callback(browser)
    portal.clock.advance(timedelta(hours=14))
    assert browser.open(path, allow_redirects=False).status_code == 303


def test_a_sign_in_of_the_day_before_yesterday_starts_again(browser: Browser, portal: Portal) -> None:
    late = callback(browser)
    portal.clock.advance(timedelta(hours=25))
    assert "no longer waiting" in browser.open(late).text


BAD_ID_TOKENS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "alphera-portal"},
    "another audience that names us azp": {"aud": "alphera-portal", "azp": "stellantis-portal"},
    "expired": {"exp": 1},
    "no end": {"exp": None},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "no subject": {"sub": None},
    "wrong at_hash": {"at_hash": "AAAA"},
    "sid is no text": {"sid": 5},
}


@pytest.mark.parametrize("changes", BAD_ID_TOKENS.values(), ids=BAD_ID_TOKENS)
def test_an_id_token_that_does_not_hold(browser: Browser, provider: FakeProvider, changes: dict[str, Any]) -> None:
    provider.id_token_changes = changes
    page = browser.sign_in()
    assert page.status_code == 400
    assert "Sign-in was not finished" in page.text
    assert browser.open("/overview", allow_redirects=False).status_code == 303


@pytest.mark.parametrize("which", ["stranger", "rsa"])
def test_an_id_token_of_another_key_or_algorithm(browser: Browser, provider: FakeProvider, which: str) -> None:
    stranger = ECKey.generate_key("P-256", {"alg": "ES256", "kid": provider.key.kid})
    provider.id_token_key = {"stranger": stranger, "rsa": provider.rsa}[which]
    assert browser.sign_in().status_code == 400


def test_claims_about_somebody_else_are_refused(browser: Browser, provider: FakeProvider) -> None:
    """OIDC Core 5.3.2."""
    provider.claims["sub"] = "somebody-else"
    assert browser.sign_in().status_code == 400


def test_a_provider_that_names_another_issuer_is_not_ours(browser: Browser, provider: FakeProvider) -> None:
    provider.issuer = "https://evil.example"
    page = browser.sign_in()
    assert page.status_code == 400
    assert "evil.example" not in page.text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("access_denied", "You chose not to continue"),
        ("login_required", "Please sign in"),
        ("interaction_required", "Please sign in"),
        ("temporarily_unavailable", "not available right now"),
        ("invalid_scope", "Sign-in was not finished"),
        ("<script>alert(1)</script>", "Sign-in was not finished"),
    ],
)
def test_errors_of_the_provider_are_calm_pages(browser: Browser, provider: FakeProvider, error: str, words: str) -> None:
    provider.answer_with = {"code": "", "error": error, "error_description": "do not show <b>this</b>"}
    page = browser.sign_in("/details")
    assert words in page.text
    assert "do not show" not in page.text
    assert "<script>" not in page.text
    assert 'class="button"' in page.text


def test_a_provider_that_is_down_is_said_so(browser: Browser, provider: FakeProvider) -> None:
    provider.token_status = 503
    page = browser.sign_in()
    assert page.status_code == 503
    assert page.headers["Retry-After"]
    provider.token_status = None
    assert browser.sign_in().status_code == 200


def test_who_is_signed_in_goes_straight_on(browser: Browser, provider: FakeProvider) -> None:
    browser.sign_in()
    browser.sign_in("/details")
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "evil",
        "",
        "/a\nb",
        "/" + "a" * 600,
        "javascript:alert(1)",
        "/é",
        "///evil.example",
        "//[",
        "https://[evil.example",
        "\t//evil.example",
    ],
)
def test_next_is_no_open_redirect(wanted: str) -> None:
    assert local_path(wanted) == "/overview"


@given(st.text())
def test_next_never_leaves_the_portal(wanted: str) -> None:
    found = local_path(wanted)
    assert found.startswith("/")
    assert not found.startswith("//")
    assert not urlsplit(f"https://portal.example{found}").netloc.replace("portal.example", "")


def test_a_session_ends_after_idling(browser: Browser, portal: Portal) -> None:
    browser.sign_in()
    portal.clock.advance(timedelta(minutes=14))
    assert browser.open("/support").text.count("Sign out")
    portal.clock.advance(timedelta(minutes=14))
    assert "Sign out</button>" in browser.open("/support").text
    portal.clock.advance(timedelta(minutes=15))
    assert "Sign out</button>" not in browser.open("/support").text


def test_a_session_ends_after_eight_hours_of_use(browser: Browser, portal: Portal) -> None:
    browser.sign_in()
    for _ in range(47):
        portal.clock.advance(timedelta(minutes=10))
        assert "Sign out</button>" in browser.open("/support").text
    portal.clock.advance(timedelta(minutes=10))
    assert "Sign out</button>" not in browser.open("/support").text


def test_portals_do_not_share_sessions(start_portal: Callable[[str], Portal]) -> None:
    stellantis, alphera = start_portal("stellantis"), start_portal("alphera")
    with Browser(stellantis) as here, Browser(alphera) as there:
        here.sign_in()
        there.cookies.update(here.cookies)
        assert there.open("/overview", allow_redirects=False).status_code == 303
