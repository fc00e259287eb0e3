"""What a reset ends: sessions, tokens, trust and locks at every brand; who is told; and that nobody is signed in."""

from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.authenticator_app import STEP
from tests.drivers.browser import Browser
from tests.drivers.post import Post, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.locks import tried
from tests.journeys.recoveries import BRANDS, NEW, asked, newest, reset

Shops = dict[str, RelyingParty]


@pytest.fixture
def post(provider: Provider, tmp_path: Path) -> Post:
    return Post(provider, tmp_path)


@pytest.mark.parametrize("brand", BRANDS)
def test_sessions_and_families_end_and_nobody_is_signed_in(
    provider: Provider, shops: Shops, browser: Browser, post: Post, brand: str
) -> None:
    shop, phone = shops[brand], provider.browser("192.0.2.20")
    browser.open(shop.request(scope="openid offline_access", prompt="consent"))
    browser.sign_in("ana", ANA_PASSWORD)
    tokens = shop.redeem(shop.code(browser.submit(press="allow")))
    browser.open("/recovery")
    browser.submit(name="ana")
    assert "Your password is changed" in reset(phone, newest(post)[0]).text
    assert shop.userinfo(tokens["access_token"]).status == 401
    assert shop.refresh(tokens["refresh_token"]).error == "invalid_grant"
    for one in (browser, phone):
        assert one.open(shop.request(prompt="none")).query["error"] == "login_required"
    assert phone.cookie("idp_session") is None


def test_clients_are_told_by_logout_token(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    told = provider.add_client("told", brand="alphera", consent="implied", backchannel_logout_uri="https://told.example/out")
    browser.open(told.request())
    browser.sign_in("ana", ANA_PASSWORD)
    browser.open("/recovery?brand=alphera")
    browser.submit(name="ana")
    link, _ = newest(post)
    reset(provider.browser("192.0.2.20"), link)
    with provider.house.ground.database.reading() as db:
        kinds = db.exec_driver_sql("select kind from outbox where target = 'told'").scalars().all()
    assert kinds == ["logout_token"]


def test_trust_in_a_browser_ends(provider: Provider, shops: Shops, browser: Browser, post: Post) -> None:
    shop, app = shops["alphera"], provider.add_app()
    tried(browser, shop, "ana", password=ANA_PASSWORD)
    assert browser.submit(code=app.code(-STEP), trust="1").left
    phone = provider.browser("192.0.2.20")
    asked(phone, shop)
    phone.open(newest(post)[0])
    phone.submit(press="password")
    phone.submit(code=app.code())
    assert "Your password is changed" in phone.submit(password=NEW).text
    assert "code from your app" in tried(browser, shop, "ana", password=NEW).text


@pytest.mark.parametrize("brand", BRANDS)
def test_every_lock_ends_whichever_brand_it_fell_at(
    provider: Provider, shops: Shops, browser: Browser, post: Post, brand: str
) -> None:
    """A known browser's own lane, and that of strangers."""
    other, stranger = shops[next(one for one in BRANDS if one != brand)], provider.browser("192.0.2.9")
    assert tried(browser, shops[brand], "ana", password=ANA_PASSWORD).left
    browser.open("/logout")
    browser.submit(press="logout")
    assert "is locked" in tried(browser, shops[brand], *["ana"] * 5).text
    assert "is locked" in tried(stranger, other, *["ana"] * 5).text
    asked(provider.browser("192.0.2.20"), other)
    reset(provider.browser("192.0.2.21"), newest(post)[0])
    assert tried(browser, shops[brand], "ana", password=NEW).left
    assert "This is your first visit" in tried(stranger, other, "ana", password=NEW).text  # so it is past the password
    assert [event.reason for event in provider.happened("PasswordUnlocked")] == ["recovery"]


@pytest.mark.parametrize("brand", BRANDS)
def test_it_is_recorded_mailed_and_marks_the_account(
    provider: Provider, shops: Shops, browser: Browser, post: Post, brand: str
) -> None:
    asked(browser, shops[brand])
    reset(browser, newest(post)[0])
    notice = next(mail for mail in post.mails() if "Your password was changed" in mail["Subject"])
    assert brand in notice["From"].lower()
    assert "/recovery" not in read(notice)
    assert [(e.brand, e.reason) for e in provider.happened("Recovered")] == [(brand, "password")]
    assert [e.brand for e in provider.happened("RecoveryStarted")] == [brand]
    shop = shops[brand]
    tried(browser, shop, "ana", password=NEW)
    claims = shop.claims(shop.redeem(shop.code(browser.page))["id_token"])
    assert claims["recovered_at"] == int(provider.clock.now().timestamp())


def test_an_opened_lock_marks_nothing_and_ends_no_session(
    provider: Provider, shops: Shops, browser: Browser, post: Post
) -> None:
    shop = shops["stellantis"]
    assert tried(browser, shop, "ana", password=ANA_PASSWORD).left
    stranger = provider.browser("192.0.2.9")
    tried(stranger, shop, *["ana"] * 5)
    asked(stranger, shop)
    stranger.open(newest(post)[0])
    assert "The lock is open" in stranger.submit(press="unlock").text
    assert browser.open(shop.request(prompt="none")).query.get("code")
    assert provider.happened("Recovered") == []
