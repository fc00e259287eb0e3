"""Can't sign in: one mail with a link and a code leads to a new password, and to nobody else's account."""

import re
from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.locks import tried

Shops = dict[str, RelyingParty]
BRANDS = ["stellantis", "alphera"]
NEW = "saffron glacier walnut 41"


@pytest.fixture
def post(provider: Provider, tmp_path: Path) -> Post:
    return Post(provider, tmp_path)


def asked(browser: Browser, shop: RelyingParty, name: str = "ana") -> Page:
    """Begins at a sign-in of `shop`, as people do."""
    page = browser.open(shop.request())
    browser.open(page.link("Can’t sign in?"))
    return browser.submit(name=name)


def newest(post: Post) -> tuple[str, str]:
    """The link and the code of the newest mail."""
    text = read([mail for mail in post.mails() if "Your way back in" in mail["Subject"]][-1])
    link = re.search(r"\S+/recovery/link/\S+", text)
    code = re.search(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}\b", text)
    assert link is not None
    assert code is not None
    return link.group(), code.group()


@pytest.mark.parametrize("brand", BRANDS)
def test_the_link_works_in_any_browser_and_leads_to_a_new_password(
    provider: Provider, shops: Shops, browser: Browser, post: Post, brand: str
) -> None:
    asked(browser, shops[brand])
    assert "Look in your mail" in browser.text()
    link, _ = newest(post)
    phone = provider.browser("192.0.2.20")
    assert "a•••" in phone.open(link).text
    phone.submit(press="password")
    assert "Choose a new password" in phone.text()
    assert "Your password is changed" in phone.submit(password=NEW).text
    assert "do not belong together" in tried(browser, shops[brand], "ana", password=ANA_PASSWORD).text
    assert tried(browser, shops[brand], "ana", password=NEW).left
    assert [event.reason for event in provider.happened("PasswordChanged")] == ["reset"]
    assert any("Your password was changed" in mail["Subject"] for mail in post.mails())


def test_the_code_counts_where_the_recovery_began_and_leads_back_to_the_sign_in(
    provider: Provider, shops: Shops, browser: Browser, post: Post
) -> None:
    sent = asked(browser, shops["stellantis"])
    _, code = newest(post)
    elsewhere = provider.browser("192.0.2.21")
    elsewhere.open("/recovery")
    elsewhere.page = elsewhere.open(sent.url)
    assert "did not match" in elsewhere.submit(code=code).text or elsewhere.page.status == 429
    browser.submit(code=code.lower().replace("-", " "))
    browser.submit(press="password")
    page = browser.submit(password=NEW)
    browser.open(page.link("Sign in"))
    assert "Sign in to" in browser.text()
    assert browser.sign_in("ana", NEW).left
