"""A lost second factor: two proofs, a wait that is told on every channel and stopped from each, and one more proof."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from idp.app import lost
from idp.core.event import Event
from idp.core.recovery_events import FactorResetReady
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.ceremony import uses
from tests.drivers.lost import PHONE, Loss
from tests.drivers.post import Post
from tests.drivers.provider import Provider
from tests.journeys.locks import tried

BRANDS = ["stellantis", "alphera"]
NEW = "saffron glacier walnut 41"


@pytest.fixture
def app(provider: Provider) -> AuthenticatorApp:
    provider.add_customer("ana", claims=PHONE)
    return provider.add_app("ana")


@pytest.fixture
def loss(provider: Provider, browser: Browser, clock: TestClock, tmp_path: Path, app: AuthenticatorApp) -> Loss:
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    return Loss(provider, shop, Post(provider, tmp_path), browser, clock)


def at(brand: str, loss: Loss) -> Loss:
    """The same story at a shop of this brand."""
    loss.shop = loss.provider.add_client(f"shop-{brand}", brand=brand, consent="implied")
    return loss


# The proofs that begin, the one that is asked at the end, and whether a new password is chosen then.
PAIRS = [
    ("password", "mail_code", "password", False),
    ("mail_code", "password", "password", False),
    ("password", "text_code", "text_code", False),
    ("mail_code", "text_code", "text_code", True),
]


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize(("first", "second", "last", "renews"), PAIRS)
def test_every_pair_of_proofs_leads_to_the_end(
    loss: Loss, brand: str, first: str, second: str, last: str, renews: bool
) -> None:
    at(brand, loss)
    loss.provider.add_recovery_codes()
    assert "two different proofs" in loss.begins().text
    assert "One more" in loss.gives(first).text
    assert "a•••@example.test, •••• 118" in loss.gives(second).text
    assert "The wait has begun" in loss.browser.submit().text
    loss.waits(12)
    loss.waits(12)
    phone = loss.elsewhere()
    assert "once more" in phone.comes_back().text
    assert "Remove your second step" in phone.gives(last).text
    done = phone.browser.submit(password=NEW) if renews else phone.browser.submit()
    assert "is removed" in done.text
    page = tried(phone.browser, loss.shop, "ana", password=NEW if renews else ANA_PASSWORD)
    assert page.left
    assert loss.outcomes("Recovered") == ["second_factor"]
    assert loss.outcomes("PasswordChanged") == (["reset"] if renews else [])
    assert len(loss.provider.happened("FactorResetFinished")) == len(loss.provider.happened("RecoveryCodesVoided")) == 1


def test_everything_that_was_lost_goes_and_whatever_runs_ends(loss: Loss, app: AuthenticatorApp) -> None:
    at("alphera", loss)
    trusted, shop = loss.provider.browser("192.0.2.5"), loss.shop
    tried(trusted, shop, "ana", password=ANA_PASSWORD)
    assert trusted.submit(code=app.code(), trust="1").left
    loss.provider.add_passkey("ana")
    loss.provider.add_phone("ana")
    loss.has_begun("password", "mail_code")
    loss.waits(24)
    # A browser that is trusted signs in by the password alone, which stops nothing.
    tokens = shop.redeem(shop.code(tried(trusted, shop, "ana", password=ANA_PASSWORD)))
    loss.comes_back()
    loss.gives("password")
    assert shop.userinfo(tokens["access_token"]).status == 200
    loss.browser.submit()
    assert {event.details()["kind"] for event in loss.provider.happened("AuthenticatorRemoved")} == {
        "totp",
        "passkey",
        "text_code",
    }
    assert shop.userinfo(tokens["access_token"]).status == 401
    assert shop.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert trusted.open(shop.request(prompt="none")).query["error"] == "login_required"
    # No sign-in came of it, and whoever is told of the account is told of this.
    assert loss.browser.open(shop.request(prompt="none")).query["error"] == "login_required"
    tokens = shop.redeem(shop.code(tried(loss.browser, shop, "ana", password=ANA_PASSWORD)))
    assert shop.claims(tokens["id_token"])["recovered_at"] == int(loss.clock.now().timestamp())
    assert loss.told("second step was removed") == (1, 1)


def test_it_is_told_at_the_start_half_way_and_at_the_end_on_every_channel(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    assert loss.told("is about to be removed") == (1, 0)
    assert loss.told("second step can be removed after") == (0, 1)
    loss.waits(11.9)
    assert loss.told("alf-way") == (1, 0)  # which the first mail promises
    loss.waits(0.2)
    loss.waits(0.2)
    assert loss.told("alf-way") == (2, 1)
    loss.waits(11.6)
    assert loss.told("can now") == (0, 0)
    loss.waits(0.2)
    loss.waits(0.2)
    assert loss.told("You can now") == (1, 0)
    assert loss.told("can now be removed") == (0, 1)


def test_where_mail_is_the_only_channel_it_takes_three_days(
    provider: Provider, browser: Browser, clock: TestClock, tmp_path: Path
) -> None:
    provider.add_customer("ana")
    provider.add_app("ana")
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    loss = Loss(provider, shop, Post(provider, tmp_path), browser, clock)
    loss.has_begun("password", "mail_code")
    loss.waits(36)
    loss.waits(35.9)
    assert (loss.told("You can now"), len(loss.post.texts())) == ((0, 0), 0)
    loss.waits(0.1)
    loss.comes_back()
    loss.gives("password")
    assert "is removed" in loss.browser.submit().text


def test_codes_by_text_on_a_lost_phone_go_too(provider: Provider, browser: Browser, clock: TestClock, tmp_path: Path) -> None:
    provider.add_customer("ana")
    provider.add_phone("ana")
    shop = provider.add_client("shop", brand="alphera", consent="implied")
    loss = Loss(provider, shop, Post(provider, tmp_path), browser, clock)
    loss.has_begun("password", "mail_code")
    loss.waits(24)
    loss.comes_back()
    loss.gives("password")
    loss.browser.submit()
    assert tried(browser, shop, "ana", password=ANA_PASSWORD).left
    assert loss.told("second step was removed") == (1, 1)


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


@pytest.mark.parametrize("what", ["stop", "finish"])
def test_looking_at_a_link_does_nothing(loss: Loss, what: str) -> None:
    loss.has_begun("password", "mail_code")
    loss.waits(24)
    scanner = loss.provider.browser("192.0.2.66")
    link = loss.link(what)
    for _ in range(3):
        scanner.open(link)
        assert scanner.fetch(link, {}).status_code == 405
        assert loss.provider.app.test_client().head(link).status_code == 303
    assert loss.outcomes("FactorResetCancelled") == []
    assert "once more" in loss.comes_back().text


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


def test_a_password_alone_stops_nothing(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    tried(loss.provider.browser("192.0.2.5"), loss.shop, "ana", password=ANA_PASSWORD)
    assert loss.outcomes("FactorResetCancelled") == []


def test_a_worker_that_is_killed_in_between_tells_once(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    loss.clock.advance(24 * loss.hour)
    house, killed = loss.provider.house, [True]

    def kill(_db: Connection, _event: Event) -> None:
        if killed:
            raise KeyboardInterrupt(killed.pop())

    house.ground.bus.subscribe(FactorResetReady, kill)
    with pytest.raises(KeyboardInterrupt):
        lost.resets(house).tick(10)
    assert loss.told("You can now") == (0, 0)
    loss.waits(0)
    loss.waits(0)
    assert (loss.told("You can now"), loss.told("can now be removed")) == ((1, 0), (0, 1))
    loss.comes_back()
    assert "Remove your second step" in loss.gives("password").text
