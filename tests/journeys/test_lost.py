"""A lost second factor: two proofs, a wait that is told on every channel and stopped from each, and one more proof."""

import base64
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, update

from idp.app import lost
from idp.core.event import Event
from idp.core.outbox import outbox
from idp.core.recovery_events import FactorResetReady
from idp.web.formats import moment
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.lost import Loss
from tests.drivers.post import Post
from tests.drivers.provider import Provider, a_provider
from tests.journeys.locks import tried

BRANDS = ["stellantis", "alphera"]
NEW = "saffron glacier walnut 41"


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


@pytest.mark.parametrize("brand", BRANDS)
def test_where_mail_is_the_only_channel_it_takes_three_days(
    provider: Provider, browser: Browser, clock: TestClock, tmp_path: Path, brand: str
) -> None:
    provider.add_customer("ana")
    provider.add_app("ana")
    shop = provider.add_client("shop", brand=brand, consent="implied")
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


def test_a_worker_that_is_killed_in_between_tells_once(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    loss.waits(12)
    loss.clock.advance(12 * loss.hour)
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


@pytest.mark.parametrize("away", [20, 24, 80])
def test_an_outage_of_the_worker_takes_nothing_from_the_wait(loss: Loss, away: int) -> None:
    """Half-way is told first, however late, and leaves its owner half of the time: two notices together are no warning."""
    loss.has_begun("password", "mail_code")
    loss.worker_was_away(away)
    assert (loss.told("Half-way: "), loss.told("You can now")) == ((1, 0), (0, 0))
    until = moment(loss.clock.now().astimezone(ZoneInfo("Europe/London")) + 12 * loss.hour)
    assert loss.told(f"half-way. Your second step can be removed after {until}") == (0, 1)
    loss.waits(11.9)
    assert loss.told("You can now") == (0, 0)
    loss.waits(0.2)
    assert (loss.told("Half-way: "), loss.told("You can now")) == ((1, 0), (1, 0))
    loss.comes_back()
    assert "Remove your second step" in loss.gives("password").text


def test_an_outage_of_mail_and_texts_takes_nothing_from_the_wait(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    for _ in range(3):
        loss.nothing_arrives(12)
    loss.waits(0)
    assert (loss.told("Half-way: "), loss.told("You can now")) == ((1, 0), (0, 0))
    loss.waits(11.9)
    assert loss.told("You can now") == (0, 0)
    loss.waits(0.2)
    assert loss.told("You can now") == (1, 0)


def test_what_can_be_told_nobody_removes_nothing(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    loss.nothing_arrives(12)
    with loss.provider.house.ground.database.transaction() as db:
        db.execute(update(outbox).values(failed_at=loss.clock.now()))
    loss.nothing_arrives(12)
    assert loss.outcomes("FactorResetCancelled") == ["unreachable"]


def test_a_worker_that_is_a_little_late_keeps_what_was_announced(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    loss.worker_was_away(12.9)
    loss.worker_was_away(11.1)
    assert loss.told("You can now") == (1, 0)


def test_a_new_master_key_stops_nothing(loss: Loss, tmp_path: Path) -> None:
    loss.has_begun("password", "mail_code")
    keys = ",".join(base64.b64encode(bytes([first] * 32)).decode() for first in (1, 0))
    with a_provider(tmp_path, loss.clock, master_key=keys) as restarted:
        after = replace(loss, provider=restarted, post=Post(restarted, tmp_path), browser=restarted.browser())
        after.waits(24)
        assert after.outcomes("FactorResetCancelled") == []
        after.comes_back()
        after.gives("password")
        assert "is removed" in after.browser.submit().text
