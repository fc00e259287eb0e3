"""A factor reset begins once, is told once, and ends once, whoever comes at the same moment, on each database (S3.1)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.app import lost
from tests.builders import TestClock
from tests.drivers.browser import Browser
from tests.drivers.lost import PHONE, Loss
from tests.drivers.post import Post
from tests.drivers.provider import a_provider
from tests.faults.scene import at_once

TIMES = 6


@pytest.fixture
def loss(migrated_url: str, clock: TestClock, tmp_path: Path) -> Iterator[Loss]:
    with a_provider(tmp_path, clock, database_url=migrated_url) as provider:
        provider.add_customer("ana", claims=PHONE)
        provider.add_app("ana")
        shop = provider.add_client("shop", brand="stellantis", consent="implied")
        yield Loss(provider, shop, Post(provider, tmp_path), provider.browser(), clock)


def windows(loss: Loss) -> list[Browser]:
    """Several windows of the browser, all at the same page."""
    twins = [loss.provider.browser() for _ in range(TIMES)]
    for twin in twins:
        twin.bring("idp_browser", loss.browser.cookie("idp_browser") or "")
        twin.page = loss.browser.page
    return twins


def count(loss: Loss, *events: str) -> list[int]:
    return [len(loss.provider.happened(event)) for event in events]


def test_it_begins_once_is_told_once_and_is_finished_once(loss: Loss) -> None:
    loss.begins()
    loss.gives("password")
    loss.gives("mail_code")
    twins = windows(loss)
    at_once(lambda number: twins[number].submit(), TIMES)
    assert count(loss, "FactorResetStarted") == [1]
    assert loss.told("second step can be removed after") == (0, 1)
    for hours in (12, 12):
        loss.clock.advance(hours * loss.hour)
        at_once(lambda _: lost.resets(loss.provider.house).tick(10), 3)
        loss.post.mails()
    assert (loss.told("alf-way: "), loss.told("can now remove"), loss.told("can now be removed")) == ((1, 0), (1, 0), (0, 1))
    loss.comes_back()
    loss.gives("password")
    twins = windows(loss)
    at_once(lambda number: twins[number].submit(), TIMES)
    assert count(loss, "FactorResetFinished", "Recovered", "AuthenticatorRemoved") == [1, 1, 1]


@pytest.mark.parametrize("_round", range(2))
def test_stopping_and_finishing_at_once_does_one_of_them(loss: Loss, _round: int) -> None:
    loss.has_begun("password", "mail_code")
    loss.waits(24)
    loss.comes_back()
    loss.gives("password")
    twins = windows(loss)
    for stopper in twins[::2]:
        stopper.open(loss.link("stop"))
    at_once(lambda number: twins[number].submit(), TIMES)
    finished, cancelled, removed = count(loss, "FactorResetFinished", "FactorResetCancelled", "AuthenticatorRemoved")
    assert (finished + cancelled, removed) == (1, finished)
