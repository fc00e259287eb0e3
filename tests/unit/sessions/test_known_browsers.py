"""A browser that has signed in before is known to this subject, and to nobody else, until somebody says otherwise."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from idp.core.database import Database
from idp.core.handles import new_handle
from idp.sessions import known_browsers
from idp.sessions.known_browsers import LIFETIME, KnownBrowser
from idp.subjects.subjects import Subject
from tests.builders import TestClock

HANDLE = new_handle()
DAY = timedelta(days=1)


@pytest.fixture
def db(database: Database, ana: Subject, ben: Subject) -> Iterator[Connection]:
    assert ana.id != ben.id  # both are there before the one transaction of SQLite begins
    with database.transaction() as db:
        yield db


def found(db: Connection, subject: Subject, clock: TestClock, handle: str = HANDLE) -> KnownBrowser:
    browser = known_browsers.find(db, subject.id, handle, clock.now())
    assert browser is not None
    return browser


def test_only_who_signed_in_there_knows_it(db: Connection, ana: Subject, ben: Subject, clock: TestClock) -> None:
    known_browsers.remember(db, ana.id, HANDLE, "Chrome on Windows", clock.now())
    assert found(db, ana, clock).label == "Chrome on Windows"
    assert known_browsers.find(db, ben.id, HANDLE, clock.now()) is None
    assert known_browsers.find(db, "", HANDLE, clock.now()) is None
    assert known_browsers.find(db, ana.id, new_handle(), clock.now()) is None


def test_a_family_computer_is_known_to_each_of_them(db: Connection, ana: Subject, ben: Subject, clock: TestClock) -> None:
    for subject in (ana, ben):
        known_browsers.remember(db, subject.id, HANDLE, "Safari on Mac", clock.now())
    assert found(db, ana, clock).id != found(db, ben, clock).id


def test_a_new_handle_takes_the_place_of_the_old_for_all_who_know_the_browser(
    db: Connection, ana: Subject, ben: Subject, clock: TestClock
) -> None:
    for subject in (ana, ben):
        known_browsers.remember(db, subject.id, HANDLE, "Safari on Mac", clock.now())
    renewed = new_handle()
    known_browsers.rename(db, HANDLE, renewed)
    for subject in (ana, ben):
        assert known_browsers.find(db, subject.id, HANDLE, clock.now()) is None
        assert known_browsers.find(db, subject.id, renewed, clock.now()) is not None


def test_it_is_known_for_400_days_from_the_last_time(db: Connection, ana: Subject, clock: TestClock) -> None:
    known_browsers.remember(db, ana.id, HANDLE, "Firefox on Linux", clock.now())
    first = found(db, ana, clock)
    clock.advance(LIFETIME - DAY)
    known_browsers.remember(db, ana.id, HANDLE, "Firefox on Linux", clock.now())
    again = found(db, ana, clock)
    assert (again.id, again.first_seen_at) == (first.id, first.first_seen_at)
    clock.advance(LIFETIME)
    assert known_browsers.find(db, ana.id, HANDLE, clock.now()) is None
    assert known_browsers.of(db, ana.id, clock.now()) == ()
    assert known_browsers.purge(db, clock.now()) == 1
    assert known_browsers.purge(db, clock.now()) == 0


def test_trust_ends_by_itself_and_with_a_change_of_password(db: Connection, ana: Subject, clock: TestClock) -> None:
    known_browsers.remember(db, ana.id, HANDLE, "Chrome on Android", clock.now())
    assert not found(db, ana, clock).is_trusted(clock.now())
    assert known_browsers.trust(db, ana.id, HANDLE, clock.now() + 30 * DAY, clock.now())
    clock.advance(29 * DAY)
    assert found(db, ana, clock).is_trusted(clock.now())
    known_browsers.distrust_all(db, ana.id)
    assert not found(db, ana, clock).is_trusted(clock.now())
    known_browsers.trust(db, ana.id, HANDLE, clock.now() + 30 * DAY, clock.now())
    clock.advance(30 * DAY)
    assert not found(db, ana, clock).is_trusted(clock.now())


def test_a_stranger_cannot_be_trusted(db: Connection, ana: Subject, ben: Subject, clock: TestClock) -> None:
    known_browsers.remember(db, ana.id, HANDLE, "Chrome on Android", clock.now())
    assert not known_browsers.trust(db, ben.id, HANDLE, clock.now() + DAY, clock.now())
    assert not known_browsers.trust(db, ana.id, new_handle(), clock.now() + DAY, clock.now())
    assert not found(db, ana, clock).is_trusted(clock.now())


def test_they_are_listed_the_last_used_first_and_forgotten_one_by_one(
    db: Connection, ana: Subject, ben: Subject, clock: TestClock
) -> None:
    handles = [new_handle() for _ in range(3)]
    for number, handle in enumerate(handles):
        clock.advance(DAY)
        known_browsers.remember(db, ana.id, handle, f"browser {number}", clock.now())
    assert [browser.label for browser in known_browsers.of(db, ana.id, clock.now())] == ["browser 2", "browser 1", "browser 0"]
    second = found(db, ana, clock, handles[1])
    assert not known_browsers.forget(db, ben.id, second.id)
    assert known_browsers.forget(db, ana.id, second.id)
    assert not known_browsers.forget(db, ana.id, second.id)
    assert known_browsers.forget_all(db, ana.id) == 2
    assert known_browsers.of(db, ana.id, clock.now()) == ()


def test_one_is_trusted_no_longer_and_all_but_one_forgotten(
    db: Connection, ana: Subject, ben: Subject, clock: TestClock
) -> None:
    other = new_handle()
    for handle in (HANDLE, other):
        known_browsers.remember(db, ana.id, handle, "Chrome on Windows", clock.now())
        known_browsers.trust(db, ana.id, handle, clock.now() + DAY, clock.now())
    this = found(db, ana, clock)
    assert not known_browsers.distrust(db, ben.id, this.id, clock.now())
    assert known_browsers.distrust(db, ana.id, this.id, clock.now())
    assert not known_browsers.distrust(db, ana.id, this.id, clock.now())
    assert not found(db, ana, clock).is_trusted(clock.now())
    assert found(db, ana, clock, other).is_trusted(clock.now())
    assert known_browsers.forget_all(db, ana.id, keep=this.id) == 1
    assert known_browsers.of(db, ana.id, clock.now()) == (found(db, ana, clock),)
