"""Signing out: here, at the provider, and only by the customer's own hand."""

from urllib.parse import parse_qs, urlsplit

import requests

from tests.unit.portals.conftest import Browser, Portal
from tests.unit.portals.fake_provider import FakeProvider


def still_in(browser: Browser) -> bool:
    return browser.open("/overview", allow_redirects=False).status_code == 200


def test_signing_out_goes_through_the_provider_and_back(browser: Browser) -> None:
    browser.sign_in()
    page = browser.sign_out()
    assert urlsplit(page.url).path == "/signed-out"
    assert "here and at the sign-in service" in page.text
    assert "Customer Login" in page.text
    assert not still_in(browser)


def test_the_provider_is_told_who_and_where_to_return(browser: Browser, portal: Portal) -> None:
    browser.sign_in()
    form = {"csrf_token": browser.csrf()}
    answer = browser.post(f"{portal.url}/logout", data=form, allow_redirects=False, timeout=10)
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert answer.status_code == 303
    assert asked["post_logout_redirect_uri"] == [f"{portal.url}/signed-out"]
    assert asked["id_token_hint"][0].startswith("eyJ")
    assert asked["client_id"] == ["stellantis-portal"]
    assert len(asked["state"][0]) >= 20
    assert not still_in(browser)


def test_a_state_of_somebody_else_claims_nothing(browser: Browser) -> None:
    assert "Nobody is signed in" in browser.open("/signed-out?state=invented").text


def test_the_page_says_so_when_still_signed_in(browser: Browser) -> None:
    browser.sign_in()
    assert "You are signed in" in browser.open("/signed-out").text


def test_signing_out_needs_the_token_of_the_page(browser: Browser, portal: Portal) -> None:
    browser.sign_in()
    for form in ({}, {"csrf_token": ""}, {"csrf_token": "guess"}, {"csrf_token": "é\x00"}):
        assert browser.post(f"{portal.url}/logout", data=form, timeout=10).status_code == 403
    assert still_in(browser)


def test_signing_out_from_another_site_is_refused(browser: Browser, portal: Portal) -> None:
    browser.sign_in()
    form = {"csrf_token": browser.csrf()}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert browser.post(f"{portal.url}/logout", data=form, headers=headers, timeout=10).status_code == 403
    assert still_in(browser)


def test_signing_out_is_no_link(browser: Browser) -> None:
    browser.sign_in()
    assert browser.open("/logout").status_code == 405
    assert still_in(browser)


def test_without_a_session_there_is_nothing_to_end(portal: Portal) -> None:
    answer = requests.post(f"{portal.url}/logout", timeout=10)
    assert urlsplit(answer.url).path == "/signed-out"


def test_signing_out_here_does_not_depend_on_the_provider(browser: Browser, portal: Portal, provider: FakeProvider) -> None:
    browser.sign_in()
    form = {"csrf_token": browser.csrf()}
    metadata = portal.app.extensions["authlib.integrations.flask_client"].provider.server_metadata
    metadata.clear()
    provider.issuer = "https://elsewhere.example"
    page = browser.post(f"{portal.url}/logout", data=form, timeout=10)
    assert page.status_code == 503
    assert "You are signed out here" in page.text
    assert "Sign out</button>" not in page.text
    assert not still_in(browser)
