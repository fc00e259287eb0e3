"""The mail about a lock: "it was me" opens it, with a second step where time alone would not; "not me" ends what runs."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import STEP, AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.post import Post
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.locks import mailed_link, tried

Shops = dict[str, RelyingParty]
BRANDS = ["stellantis", "alphera"]


@pytest.fixture
def app(provider: Provider, shops: Shops) -> AuthenticatorApp:
    return provider.add_app()


@pytest.fixture
def stranger(provider: Provider) -> Browser:
    return provider.browser("192.0.2.9")


def mailed(provider: Provider, folder: Path, stranger: Browser, shop: RelyingParty) -> str:
    """The link that Ana is sent after somebody locked her sign-in at `shop`."""
    assert "is locked" in tried(stranger, shop, *["ana"] * 5).text
    return mailed_link(provider, folder)


def is_open(browser: Browser, shop: RelyingParty) -> bool:
    return "is locked" not in tried(browser, shop, "ana", password=ANA_PASSWORD).text


def test_at_alphera_the_link_takes_a_code_of_the_app(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, app: AuthenticatorApp, tmp_path: Path
) -> None:
    browser.open(mailed(provider, tmp_path, stranger, shops["alphera"]))
    assert "code from your app" in browser.submit(press="unlock").text
    for code, said in (("", "Type the code"), (app.other_than_right(), "4 more tries"), (" ", "Type the code")):
        page = browser.submit(code=code)
        assert (page.status, said in page.text) == (422, True)
    assert not is_open(stranger, shops["alphera"])
    assert "You can sign in again" in browser.submit(code=app.code()).text
    assert is_open(stranger, shops["alphera"])
    assert [event.reason for event in provider.happened("SecondStepFailed")] == ["wrong"]
    assert [event.reason for event in provider.happened("PasswordUnlocked")] == ["owner"]


def test_at_stellantis_the_link_is_enough(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, app: AuthenticatorApp, tmp_path: Path
) -> None:
    browser.open(mailed(provider, tmp_path, stranger, shops["stellantis"]))
    assert "authenticator app" not in browser.text()
    assert "You can sign in again" in browser.submit(press="unlock").text
    assert is_open(stranger, shops["stellantis"])


def test_a_recovery_code_opens_it_too_and_is_used_up(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, app: AuthenticatorApp, tmp_path: Path
) -> None:
    code, *_ = provider.add_recovery_codes()
    browser.open(mailed(provider, tmp_path, stranger, shops["alphera"]))
    page = browser.submit(press="unlock")
    browser.open(page.url.replace("/totp", "/recovery_code"))
    assert "4 more tries" in browser.submit(code="0000-0000-0000-0000").text
    assert "You can sign in again" in browser.submit(code=code.lower()).text
    tried(stranger, shops["alphera"], "ana", password=ANA_PASSWORD)
    stranger.open(stranger.page.url.replace("/totp", "/recovery_code"))
    assert "did not match" in stranger.submit(code=code).text


def test_recovery_codes_of_who_has_no_other_second_step_are_not_asked_for(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, tmp_path: Path
) -> None:
    provider.add_recovery_codes()
    browser.open(mailed(provider, tmp_path, stranger, shops["alphera"]))
    assert "You can sign in again" in browser.submit(press="unlock").text


def test_codes_pause_and_the_link_waits_for_them(
    provider: Provider,
    shops: Shops,
    browser: Browser,
    stranger: Browser,
    app: AuthenticatorApp,
    clock: TestClock,
    tmp_path: Path,
) -> None:
    link = mailed(provider, tmp_path, stranger, shops["alphera"])
    browser.open(link)
    asked = browser.submit(press="unlock")
    for _ in range(5):
        browser.submit(code=app.other_than_right())
    browser.page = asked
    page = browser.submit(code=app.code())
    assert (page.status, "15 minutes" in page.text) == (429, True)
    clock.advance(timedelta(minutes=15))
    browser.open(link)
    browser.submit(press="unlock")
    assert "You can sign in again" in browser.submit(code=app.code()).text


def test_a_code_used_here_is_used(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, app: AuthenticatorApp, tmp_path: Path
) -> None:
    browser.open(mailed(provider, tmp_path, stranger, shops["alphera"]))
    browser.submit(press="unlock")
    browser.submit(code=app.code())
    tried(browser, shops["alphera"], "ana", password=ANA_PASSWORD)
    assert "used before" in browser.submit(code=app.code()).text
    assert browser.submit(code=app.code(STEP)).left


def test_the_second_step_cannot_be_left_out(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, app: AuthenticatorApp, tmp_path: Path
) -> None:
    browser.open(mailed(provider, tmp_path, stranger, shops["alphera"]))
    asked = browser.submit(press="unlock")
    straight_on = asked.url.replace("/signin/", "/unlock/resume/").replace("/totp", "")
    assert "code from your app" in browser.open(straight_on).text
    assert "no longer open" in stranger.open(straight_on).text
    assert not is_open(stranger, shops["alphera"])
    browser.page = asked
    assert "You can sign in again" in browser.submit(code=app.code()).text


def test_nobody_vouches_for_somebody_else(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, app: AuthenticatorApp, tmp_path: Path
) -> None:
    provider.add_customer("ben", "copper harbour violet 3")
    browser.open(mailed(provider, tmp_path, stranger, shops["alphera"]))
    asked = browser.submit(press="unlock")
    way = asked.url.replace("/totp", "")
    fields = {**asked.forms[0].fields, "username": "ben", "password": "copper harbour violet 3"}
    browser.post(way, {name: value for name, value in fields.items() if name != "code"})
    assert "code from your app" in browser.open(way).text
    assert not is_open(stranger, shops["alphera"])
    assert browser.open(shops["alphera"].request(prompt="none")).query["error"] == "login_required"


def test_who_enrols_while_the_page_stands_open_is_asked_after_all(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, tmp_path: Path
) -> None:
    browser.open(mailed(provider, tmp_path, stranger, shops["alphera"]))
    app = provider.add_app()
    assert "code from your app" in browser.submit(press="unlock").text
    assert "You can sign in again" in browser.submit(code=app.code()).text


def test_a_stricter_lock_that_fell_after_the_mail_counts(
    provider: Provider,
    shops: Shops,
    browser: Browser,
    stranger: Browser,
    app: AuthenticatorApp,
    clock: TestClock,
    tmp_path: Path,
) -> None:
    link = mailed(provider, tmp_path, stranger, shops["stellantis"])
    clock.advance(timedelta(minutes=15))
    assert "is locked" in tried(stranger, shops["alphera"], *["ana"] * 5).text
    browser.open(link)
    assert "code from your app" in browser.submit(press="unlock").text
    assert not is_open(stranger, shops["alphera"])


def test_who_has_only_a_passkey_proves_it(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, tmp_path: Path
) -> None:
    passkey = provider.add_passkey()
    browser.open(mailed(provider, tmp_path, stranger, shops["alphera"]))
    page = browser.submit(press="unlock")
    assert "passkey" in page.text
    assert not is_open(stranger, shops["alphera"])
    options = browser.fetch(f"{page.url}/options", {"csrf_token": page.forms[0].fields["csrf_token"]}).json
    assert "You can sign in again" in browser.submit(credential=passkey.get(options)).text
    assert is_open(stranger, shops["alphera"])


def test_who_has_only_codes_by_text_types_one(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, tmp_path: Path
) -> None:
    provider.add_phone()
    browser.open(mailed(provider, tmp_path, stranger, shops["alphera"]))
    browser.submit(press="unlock")
    browser.submit(press="send")
    code = Post(provider, tmp_path).code("text_code")
    assert not is_open(stranger, shops["alphera"])
    assert "You can sign in again" in browser.submit(code=code).text


@pytest.mark.parametrize("brand", BRANDS)
def test_not_me_signs_out_everywhere_and_leaves_the_lock(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, tmp_path: Path, brand: str
) -> None:
    shop = shops[brand]
    browser.open(shop.request(scope="openid offline_access", prompt="consent"))
    browser.sign_in("ana", ANA_PASSWORD)
    tokens = shop.redeem(shop.code(browser.submit(press="allow")))
    phone = provider.browser("192.0.2.20")
    link = mailed(provider, tmp_path, stranger, shop)
    phone.open(link)
    page = phone.submit(press="deny")
    assert "We signed you out everywhere" in page.text
    assert "in a browser you have used before" in page.text
    assert shop.userinfo(tokens["access_token"]).status == 401
    assert shop.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert browser.open(shop.request(prompt="none")).query["error"] == "login_required"
    assert not is_open(stranger, shop)
    assert is_open(browser, shop)  # which knows Ana still: it is her way past the lock
    (denied,) = provider.happened("NotMe")
    assert (denied.brand, denied.reason) == (brand, "lock")
    assert "no longer good" in phone.open(link).text
    assert provider.happened("PasswordUnlocked") == []


@pytest.mark.parametrize("answers", [("deny", "unlock"), ("unlock", "deny")])
def test_the_link_is_good_for_one_answer(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, tmp_path: Path, answers: tuple[str, str]
) -> None:
    first, second = answers
    page = browser.open(mailed(provider, tmp_path, stranger, shops["alphera"]))
    browser.submit(press=first)
    browser.page = page
    assert "no longer good" in browser.submit(press=second).text


def test_not_me_ends_trust_and_forgets_the_browser_that_guessed(
    provider: Provider, shops: Shops, browser: Browser, app: AuthenticatorApp, tmp_path: Path
) -> None:
    shop = shops["alphera"]
    guesser, phone = provider.browser("192.0.2.30"), provider.browser("192.0.2.31")
    for trusted, step in ((browser, -STEP), (guesser, timedelta(0))):
        tried(trusted, shop, "ana", password=ANA_PASSWORD)
        assert trusted.submit(code=app.code(step), trust="1").left
        trusted.open("/logout")
        trusted.submit(press="logout")
    assert "is locked" in tried(guesser, shop, *["ana"] * 5).text
    phone.open(mailed_link(provider, tmp_path))
    phone.submit(press="deny")
    assert "code from your app" in tried(browser, shop, "ana", password=ANA_PASSWORD).text  # known, no longer trusted
    assert "code from your app" in tried(guesser, shop, "ana", password=ANA_PASSWORD).text  # a stranger, whose lane is open


@pytest.mark.parametrize("fields", [{}, {"at": "made-up"}, {"at": ""}])
@pytest.mark.parametrize("answer", ["unlock", "deny", "neither"])
def test_an_answer_to_nothing_does_nothing(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, tmp_path: Path, fields: dict[str, str], answer: str
) -> None:
    page = browser.open(mailed(provider, tmp_path, stranger, shops["alphera"]))
    token = {name: value for name, value in page.forms[0].fields.items() if name not in ("at", "kind")}
    assert "no longer good" in browser.post("/unlock", {**token, **fields, answer: "1"}).text
    assert provider.happened("PasswordUnlocked") == provider.happened("NotMe") == []


def test_an_opened_link_is_for_the_browser_that_opened_it(
    provider: Provider, shops: Shops, browser: Browser, stranger: Browser, tmp_path: Path
) -> None:
    page = browser.open(mailed(provider, tmp_path, stranger, shops["alphera"]))
    assert "no longer good" in stranger.open(page.url).text
