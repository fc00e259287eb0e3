"""The pages of one's own ask for what they need, through the same gate, and come back."""

from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider

HOME = "/account/security"


@pytest.fixture(autouse=True)
def ana(provider: Provider) -> None:
    provider.add_customer(given_name="Ana")


def test_a_stranger_signs_in_and_comes_back(browser: Browser) -> None:
    assert "Sign in to your account" in browser.open(HOME).text
    page = browser.sign_in("ana", ANA_PASSWORD)
    assert (page.url, page.status) == (f"http://localhost:9000{HOME}", 200)
    assert "Sign-in and security" in browser.open(HOME).text


def test_a_second_step_is_asked_here_too(provider: Provider, browser: Browser) -> None:
    app = provider.add_app()
    browser.open(HOME)
    assert "Enter the code from your app" in browser.sign_in("ana", ANA_PASSWORD).text
    assert "Phone" in browser.submit(code=app.code()).text


def test_a_sign_in_page_that_stood_open_for_long_still_leads_here(browser: Browser, clock: TestClock) -> None:
    browser.open(HOME)
    clock.advance(timedelta(hours=2))
    assert "Sign-in and security" in browser.sign_in("ana", ANA_PASSWORD).text


def test_the_way_back_is_walked_once(browser: Browser) -> None:
    begun = browser.open(HOME).url.rpartition("/")[2]
    assert "Sign in" in browser.open(f"/account/resume/{begun}").text
    browser.sign_in("ana", ANA_PASSWORD)
    assert "already answered" in browser.open(f"/account/resume/{begun}").text
