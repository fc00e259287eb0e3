"""Sign-ins that begin elsewhere (OIDC Core 4): with our provider alone, and ending nowhere but here."""

from urllib.parse import urlsplit

import pytest

from tests.unit.portals.conftest import Browser, Portal
from tests.unit.portals.fake_provider import FakeProvider


def start(browser: Browser, **sent: str) -> str:
    """Where the portal leads on to."""
    answer = browser.get(f"{browser.portal.url}/login/start", params=sent, allow_redirects=False, timeout=10)
    return str(answer.headers.get("Location", answer.status_code))


def test_it_begins_at_the_provider_for_whom_was_named_and_ends_at_the_page(browser: Browser, provider: FakeProvider) -> None:
    sent = {"iss": provider.issuer, "login_hint": "ana & co", "target_link_uri": f"{browser.portal.url}/details?tab=1"}
    answer = browser.post(f"{browser.portal.url}/login/start", data=sent, timeout=10)
    assert urlsplit(answer.url)[2:4] == ("/details", "tab=1")
    assert provider.requests[0]["login_hint"] == "ana & co"
    assert provider.requests[0]["redirect_uri"] == f"{browser.portal.url}/callback"


def test_another_issuer_is_not_begun_with(browser: Browser, provider: FakeProvider) -> None:
    for sent in ({}, {"iss": "https://evil.example"}, {"iss": f"{provider.issuer}/"}):
        assert start(browser, **sent) == "400"
    twice = f"{browser.portal.url}/login/start?iss={provider.issuer}&iss={provider.issuer}"
    assert "another sign-in service" in browser.get(twice, timeout=10).text
    assert provider.requests == []


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "{portal}.evil.example/x", "{portal}@evil.example/", "{portal}//evil", "x"],
)
def test_it_ends_at_no_page_of_others(browser: Browser, provider: FakeProvider, portal: Portal, target: str) -> None:
    sent = {"iss": provider.issuer, "target_link_uri": target.format(portal=portal.url)}
    assert start(browser, **sent) == "/login?next=/overview"


def test_a_hint_that_nobody_could_be_named_by_is_left_out(browser: Browser, provider: FakeProvider) -> None:
    for hint in ("a" * 255, "a\nb"):
        browser.get(f"{browser.portal.url}/login", params={"login_hint": hint}, timeout=10)
        browser.cookies.clear()
    assert ["login_hint" in asked for asked in provider.requests] == [False, False]
