"""The owner's link out of a lock."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from idp.core.database import Database
from idp.core.handles import digest, new_handle
from idp.signin import unlock_links
from idp.signin.unlock_links import UnlockLink
from idp.subjects.subjects import Subject
from tests.builders import TestClock, a_hasher, a_subject

DAY = timedelta(days=1)


@pytest.fixture
def ana(database: Database, tmp_path: Path) -> Subject:
    return a_subject(database, a_hasher(tmp_path))


@pytest.fixture
def db(database: Database, ana: Subject) -> Iterator[Connection]:
    assert ana.id
    with database.transaction() as db:
        yield db


def mailed(db: Connection, ana: Subject, clock: TestClock) -> str:
    handle = unlock_links.offer(db, ana.id, "alphera", clock.now())
    assert handle is not None
    return digest(handle)


def test_it_is_good_once_and_looking_uses_nothing_up(db: Connection, ana: Subject, clock: TestClock) -> None:
    handle = mailed(db, ana, clock)
    for _ in range(3):
        assert unlock_links.find(db, handle, clock.now()) == UnlockLink(ana.id, "alphera")
    assert unlock_links.use(db, handle, clock.now()) == UnlockLink(ana.id, "alphera")
    assert unlock_links.use(db, handle, clock.now()) is None
    assert unlock_links.find(db, handle, clock.now()) is None


def test_it_is_mailed_at_most_once_a_day(db: Connection, ana: Subject, clock: TestClock) -> None:
    first = mailed(db, ana, clock)
    clock.advance(DAY - timedelta(seconds=1))
    assert unlock_links.offer(db, ana.id, "alphera", clock.now()) is None
    assert unlock_links.find(db, first, clock.now()) is not None
    clock.advance(timedelta(seconds=1))
    second = mailed(db, ana, clock)
    assert unlock_links.find(db, first, clock.now()) is None
    assert unlock_links.find(db, second, clock.now()) is not None


def test_a_used_one_makes_no_room_for_another_mail(db: Connection, ana: Subject, clock: TestClock) -> None:
    unlock_links.use(db, mailed(db, ana, clock), clock.now())
    assert unlock_links.offer(db, ana.id, "alphera", clock.now()) is None


def test_a_day_later_it_is_over(db: Connection, ana: Subject, clock: TestClock) -> None:
    handle = mailed(db, ana, clock)
    clock.advance(DAY)
    assert unlock_links.find(db, handle, clock.now()) is None
    assert unlock_links.use(db, handle, clock.now()) is None


def test_a_made_up_one_opens_nothing(db: Connection, ana: Subject, clock: TestClock) -> None:
    mailed(db, ana, clock)
    for handle in ("", "x", digest(new_handle())):
        assert unlock_links.use(db, handle, clock.now()) is None
