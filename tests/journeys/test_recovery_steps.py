"""A reset asks for the second factor that is left: each kind, in both brands, and no way around it."""

from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.locks import tried
from tests.journeys.recoveries import BRANDS, NEW, asked, newest

Shops = dict[str, RelyingParty]
CHANGED, CHOOSE = "Your password is changed", "Choose a new password"


@pytest.fixture
def post(provider: Provider, tmp_path: Path) -> Post:
    return Post(provider, tmp_path)


def at_the_gate(browser: Browser, shop: RelyingParty, post: Post) -> Page:
    """Where Ana is after she chose a new password on the page of the link."""
    asked(browser, shop)
    browser.open(newest(post)[0])
    return browser.submit(press="password")


@pytest.mark.parametrize("brand", BRANDS)
def test_a_code_of_the_app(provider: Provider, shops: Shops, browser: Browser, post: Post, brand: str) -> None:
    app = provider.add_app()
    page = at_the_gate(browser, shops[brand], post)
    assert "code from your app" in page.text
    assert "4 more tries" in browser.submit(code=app.other_than_right()).text
    assert CHOOSE in browser.submit(code=app.code()).text
    assert CHANGED in browser.submit(password=NEW).text


@pytest.mark.parametrize("brand", BRANDS)
def test_a_passkey(provider: Provider, shops: Shops, browser: Browser, post: Post, brand: str) -> None:
    passkey = provider.add_passkey()
    page = at_the_gate(browser, shops[brand], post)
    options = browser.fetch(f"{page.url}/options", {"csrf_token": page.forms[0].fields["csrf_token"]}).json
    assert CHOOSE in browser.submit(credential=passkey.get(options)).text
    assert CHANGED in browser.submit(password=NEW).text


@pytest.mark.parametrize("brand", BRANDS)
def test_a_recovery_code_in_place_of_the_app(
    provider: Provider, shops: Shops, browser: Browser, post: Post, brand: str
) -> None:
    provider.add_app()
    code, *_ = provider.add_recovery_codes()
    page = at_the_gate(browser, shops[brand], post)
    browser.open(page.url.replace("/totp", "/recovery_code"))
    assert CHOOSE in browser.submit(code=code).text
    assert CHANGED in browser.submit(password=NEW).text


@pytest.mark.parametrize("brand", BRANDS)
def test_a_code_by_text(provider: Provider, shops: Shops, browser: Browser, post: Post, brand: str) -> None:
    provider.add_phone()
    at_the_gate(browser, shops[brand], post)
    browser.submit(press="send")
    assert CHOOSE in browser.submit(code=post.code("text_code")).text
    assert CHANGED in browser.submit(password=NEW).text


def test_a_code_by_mail_would_prove_the_mailbox_twice(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    provider.add_mail_code()
    assert CHOOSE in at_the_gate(browser, shops["alphera"], post).text


def test_a_code_by_text_is_not_enough_for_who_has_an_app(
    provider: Provider, shops: Shops, browser: Browser, post: Post
) -> None:
    provider.add_phone()
    provider.add_app()
    page = at_the_gate(browser, shops["alphera"], post)
    assert "code from your app" in page.text
    assert "text" not in browser.open(page.url.replace("/totp", "/ways")).text.split("number is below")[0].lower()
    assert CHOOSE not in browser.open(page.url.replace("/totp", "/text_code")).text


def test_no_page_skips_the_second_factor(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    app = provider.add_app()
    page = at_the_gate(browser, shops["alphera"], post)
    resume = page.url.replace("/signin/", "/recovery/resume/").replace("/totp", "")
    token = {"csrf_token": page.forms[0].fields["csrf_token"]}
    assert "code from your app" in browser.open(resume).text
    for fields in ({"password": NEW}, {}, {"password": NEW, "does": "unlock", "link": "x"}):
        assert "code from your app" in browser.post(resume, {**token, **fields}).text
    assert provider.happened("PasswordChanged") == []
    browser.page = page
    browser.submit(code=app.code())
    assert CHANGED in browser.submit(password=NEW).text


def test_a_running_session_is_no_second_factor(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    """Whoever sits at a browser left open, and reads the mail there too, has not the phone."""
    tried(browser, shops["stellantis"], "ana", password=ANA_PASSWORD)
    provider.add_app()
    browser.open("/recovery?brand=stellantis")
    browser.submit(name="ana")
    browser.open(newest(post)[0])
    assert "code from your app" in browser.submit(press="password").text


@pytest.mark.parametrize(("brand", "asks"), [("stellantis", False), ("alphera", True)])
def test_a_lock_is_opened_and_the_password_kept_as_the_brand_of_the_lock_says(
    provider: Provider, shops: Shops, browser: Browser, post: Post, brand: str, asks: bool
) -> None:
    app, stranger = provider.add_app(), provider.browser("192.0.2.9")
    locked = tried(stranger, shops[brand], *["ana"] * 5)
    assert "is locked" in locked.text
    browser.open(locked.link("Open it by e-mail"))
    browser.submit(name="ana")
    browser.open(newest(post)[0])
    page = browser.submit(press="unlock")
    assert ("code from your app" in page.text) == asks
    done = browser.submit(code=app.code()) if asks else page
    assert "The lock is open" in done.text
    assert "is locked" not in tried(stranger, shops[brand], "ana", password=ANA_PASSWORD).text
    assert provider.happened("PasswordChanged") == []


def test_where_nothing_is_locked_the_link_clears_no_count_for_who_has_the_mailbox_alone(
    provider: Provider, shops: Shops, browser: Browser, post: Post
) -> None:
    provider.add_app()
    tried(provider.browser("192.0.2.9"), shops["stellantis"], *["ana"] * 4)
    asked(browser, shops["stellantis"])
    page = browser.open(newest(post)[0])
    assert "unlock" not in page.forms[0].buttons
    fields = page.forms[0].fields | {"unlock": "1"}
    assert "code from your app" in browser.post("/recovery/open", fields).text
    assert "is locked" in tried(provider.browser("192.0.2.9"), shops["stellantis"], "ana").text
