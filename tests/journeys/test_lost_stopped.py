"""A lost second factor: the wait is stopped from each notice, from any session, and by what shows that nothing is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.ceremony import uses
from tests.drivers.lost import Loss
from tests.drivers.post import Post
from tests.drivers.provider import Provider
from tests.journeys.locks import tried
from tests.journeys.test_own_security import proposed

NEW = "saffron glacier walnut 41"


@pytest.mark.parametrize(("hours", "by"), [(0, "mail"), (0, "text"), (12, "mail"), (24, "text"), (24, "mail")])
def test_each_notice_stops_it_in_any_browser(loss: Loss, hours: int, by: str) -> None:
    loss.has_begun("password", "mail_code")
    first = loss.link("stop", by=by)
    if hours:
        loss.waits(12)
        loss.waits(hours - 12)
    other = loss.provider.browser("192.0.2.8")
    page = other.open(loss.link("stop", by=by))
    assert "Keep your second step?" in page.text
    assert loss.outcomes("FactorResetCancelled") == []
    assert "stays" in other.submit().text
    assert loss.outcomes("FactorResetCancelled") == ["link"]
    assert loss.told("stays") == (1, 1)
    # The same link, the same form, and the link of an earlier notice: over, and nothing is told twice.
    assert "This is over" in other.open(first).text
    other.page = page
    assert "This is over" in other.submit().text
    loss.waits(48)
    assert loss.told("stays") == (1, 1)
    assert loss.told("You can now")[0] == (1 if hours == 24 else 0)


def test_the_link_at_the_end_stops_it_too(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    loss.waits(24)
    loss.browser.open(loss.link("finish"))
    assert "stays" in loss.browser.submit(press="stop").text
    assert "This is over" in loss.browser.open(loss.link("finish")).text


def test_whoever_is_signed_in_sees_it_and_stops_it(loss: Loss, app: AuthenticatorApp) -> None:
    owner = loss.provider.browser("192.0.2.5")
    tried(owner, loss.shop, "ana", password=ANA_PASSWORD)
    assert owner.submit(code=app.code()).left
    loss.has_begun("password", "mail_code")
    assert "About to be removed" in owner.open("/account/security").text
    owner.open(owner.page.link("stop it"))
    assert loss.outcomes("FactorResetCancelled") == []
    assert "It is stopped" in owner.submit(press="stop").text
    assert loss.outcomes("FactorResetCancelled") == ["session"]
    assert "About to be removed" not in owner.open("/account/security").text
    assert owner.open("/account/security/lost").status == 404


@pytest.mark.parametrize("by", ["totp", "passkey", "passkey alone", "recovery_code"])
def test_signing_in_with_what_was_not_lost_stops_it(loss: Loss, app: AuthenticatorApp, by: str) -> None:
    code = loss.provider.add_recovery_codes()[0]
    passkey = loss.provider.add_passkey("ana") if by.startswith("passkey") else None
    loss.has_begun("password", "mail_code")
    owner = loss.provider.browser("192.0.2.5")
    if by == "passkey alone":
        owner.open(loss.shop.request())
        assert passkey is not None
        assert uses(owner, passkey).left
    else:
        page = tried(owner, loss.shop, "ana", password=ANA_PASSWORD)
        page = owner.open(f"{page.url.rpartition('/')[0]}/{by}")
        if passkey is not None:
            options = owner.fetch(f"{page.url}/options", {"csrf_token": page.forms[0].fields["csrf_token"]}).json
            owner.submit(credential=passkey.get(options))
        else:
            owner.submit(code=app.code() if by == "totp" else code)
    assert loss.outcomes("FactorResetCancelled") == ["not_lost"]
    assert loss.told("stays") == (1, 1)


def adds_an_app(owner: Browser, clock: TestClock) -> None:
    app = proposed(owner.open("/account/security/apps/new"), clock)
    assert "is added" in owner.submit(code=app.code(), label="New phone").text


def renews_codes(owner: Browser, _clock: TestClock) -> None:
    owner.open("/account/security/recovery-codes")
    owner.submit()


def changes_password(owner: Browser, _clock: TestClock) -> None:
    owner.open("/account/password")
    assert "is changed" in owner.submit(password=NEW).text


def says_not_me(owner: Browser, _clock: TestClock) -> None:
    owner.open("/account/not-me")
    owner.submit()


@pytest.mark.parametrize(
    ("act", "because"),
    [
        (adds_an_app, "not_lost"),
        (renews_codes, "not_lost"),
        (changes_password, "password_changed"),
        (says_not_me, "not_me"),
    ],
)
def test_what_owners_change_in_their_account_stops_it(
    loss: Loss, app: AuthenticatorApp, act: Callable[[Browser, TestClock], None], because: str
) -> None:
    """What they add would go with the rest; and whoever looks after their account because of the notices means this too."""
    owner = loss.provider.browser("192.0.2.5")
    tried(owner, loss.shop, "ana", password=ANA_PASSWORD)
    assert owner.submit(code=app.code()).left
    loss.has_begun("mail_code", "text_code")
    act(owner, loss.clock)
    assert loss.outcomes("FactorResetCancelled") == [because]
    assert loss.told("second step stays") == (1, 1)


@pytest.mark.parametrize(("second", "because"), [("mail_code", ["not_lost"]), ("text_code", [])])
def test_a_code_by_text_stops_what_was_begun_without_the_phone(
    provider: Provider, browser: Browser, clock: TestClock, tmp_path: Path, second: str, because: list[str]
) -> None:
    """Proving it towards a reset is no sign-in: that stops nothing."""
    provider.add_customer("ana")
    provider.add_phone("ana")
    shop = provider.add_client("shop", brand="alphera", consent="implied")
    loss = Loss(provider, shop, Post(provider, tmp_path), browser, clock)
    loss.has_begun("password", second)
    clock.advance(loss.hour)
    assert "begun already" in loss.elsewhere().has_begun("password", "text_code").text
    assert loss.outcomes("FactorResetCancelled") == []
    clock.advance(loss.hour)
    owner = provider.browser("192.0.2.5")
    tried(owner, shop, "ana", password=ANA_PASSWORD)
    owner.submit(press="send")
    assert owner.submit(code=loss.post.code("text_code")).left
    assert loss.outcomes("FactorResetCancelled") == because


def test_a_password_alone_stops_nothing(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    tried(loss.provider.browser("192.0.2.5"), loss.shop, "ana", password=ANA_PASSWORD)
    assert loss.outcomes("FactorResetCancelled") == []
