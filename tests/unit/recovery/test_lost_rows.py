"""What is stored of lost second factors goes again: asks after an hour, resets a month after their end."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from idp.app import lost
from idp.cli.worker import chores
from idp.core.sealing import Keyring
from idp.recovery.lost_asks import Ask, LostAsks, lost_asks
from idp.recovery.lost_store import factor_resets
from tests.builders import TestClock
from tests.drivers.browser import Browser
from tests.drivers.lost import HOUR, Loss
from tests.drivers.post import Post
from tests.drivers.provider import Provider


@pytest.fixture
def loss(provider: Provider, browser: Browser, clock: TestClock, tmp_path: Path) -> Loss:
    provider.add_customer("ana")
    provider.add_app("ana")
    shop = provider.add_client("shop", brand="alphera", consent="implied")
    return Loss(provider, shop, Post(provider, tmp_path), browser, clock)


def rows(loss: Loss) -> tuple[int, int]:
    with loss.provider.house.ground.database.reading() as db:
        return tuple(db.scalar(select(func.count()).select_from(table)) or 0 for table in (lost_asks, factor_resets))  # type: ignore[return-value]


def purge(loss: Loss) -> None:
    (chore,) = (each for each in chores(loss.provider.house) if each.name == "purge_recoveries")
    chore.act()


def test_asks_go_after_an_hour_and_resets_a_month_after_their_end(loss: Loss) -> None:
    for name in ("nobody", "ana"):
        loss.begins(name)
        loss.asks("mail_code")
    loss.has_begun("password", "mail_code")
    assert rows(loss) == (3, 1)
    loss.clock.advance(timedelta(hours=1, seconds=1))
    purge(loss)
    assert rows(loss) == (0, 1)
    loss.waits(72)
    loss.waits(73)
    assert loss.outcomes("FactorResetCancelled") == ["lapsed"]
    loss.clock.advance(timedelta(days=29))
    purge(loss)
    assert rows(loss) == (0, 1)
    loss.clock.advance(timedelta(days=2))
    purge(loss)
    assert rows(loss) == (0, 0)


def test_what_was_typed_is_forgotten_when_it_is_answered(loss: Loss) -> None:
    loss.begins("somebody private")
    loss.asks("mail_code")
    house = loss.provider.house
    assert lost.codes(house).answer(10) == 1
    with house.ground.database.reading() as db:
        assert db.scalars(select(lost_asks.c.asked_sealed)).all() == [None]
        assert LostAsks(house.ground.keyring).waiting(db, loss.clock.now() - HOUR, 10) == ()
    assert lost.codes(house).answer(10) == 0


def test_an_ask_that_no_key_opens_keeps_nobody_waiting(loss: Loss) -> None:
    """Sealed under a master key that is gone since."""
    house = loss.provider.house
    foreign = LostAsks(Keyring(bytes(31) + b"1"))
    with house.ground.database.transaction() as db:
        foreign.put(
            db, Ask("x" * 22, "mail_code", "ana", "alphera", "192.0.2.9", "en"), loss.clock.now() - timedelta(seconds=1)
        )
    loss.begins()
    loss.asks("mail_code")
    assert lost.codes(house).answer(1) == lost.codes(house).answer(1) == 1
    assert [event.kind for event in loss.provider.happened("CodeSent")] == ["mail_code"]  # type: ignore[attr-defined]


def test_no_code_is_sent_for_a_way_that_is_closed_by_now(loss: Loss) -> None:
    loss.begins()
    loss.asks("mail_code")
    loss.clock.advance(loss.provider.house.ground.settings.interaction_lifetime)
    assert lost.codes(loss.provider.house).answer(10) == 0
    assert loss.provider.happened("CodeSent") == []
