"""What is stored of lost second factors goes again: asks after an hour, resets a month after their end."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from idp.app import lost
from idp.cli.worker import chores
from idp.recovery.lost_asks import LostAsks, lost_asks
from idp.recovery.lost_store import factor_resets
from tests.builders import TestClock
from tests.drivers.browser import Browser
from tests.drivers.lost import Loss
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
        assert LostAsks(house.ground.keyring).waiting(db, 10) == ()
    assert lost.codes(house).answer(10) == 0


def test_a_late_worker_tells_of_the_end_alone(loss: Loss) -> None:
    loss.has_begun("password", "mail_code")
    loss.waits(80)
    assert (loss.told("alf-way: "), loss.told("You can now")) == ((0, 0), (1, 0))
