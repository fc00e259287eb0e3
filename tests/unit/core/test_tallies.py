"""Sums of the trail: each entry counts once, whoever counts, and whenever it was committed."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy.exc import ProgrammingError

from idp.core.audit import Trail
from idp.core.audit_chain import chain
from idp.core.database import Database
from idp.core.errors import Unavailable
from idp.core.event import Event
from idp.core.events import CodeSent, PasswordLocked, SecondStepProven, SessionEnded, SignedIn, SignInFailed
from idp.core.sealing import Keyring
from idp.core.tallies import KEPT, Tally, purge, read, tallies, tally
from tests.builders import BEGINNING, TestClock

HOUR = BEGINNING.replace(minute=0)
AT_ONCE = 4


@dataclass(slots=True)
class Scene:
    database: Database
    clock: TestClock = field(default_factory=TestClock)
    keyring: Keyring = field(default_factory=lambda: Keyring(os.urandom(32)))

    def happens(self, *events: Event) -> None:
        """Entries that are written and linked."""
        trail = Trail(self.keyring, self.clock)
        with self.database.transaction() as db:
            for event in events:
                trail.write(db, event)
        chain(self.database, self.keyring, self.clock)

    def sums(self, brands: frozenset[str] | None = None, since: datetime = HOUR) -> list[Tally]:
        with self.database.reading() as db:
            return read(db, since, self.clock.now() + timedelta(seconds=1), brands)


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


def test_entries_are_summed_by_hour_event_brand_and_kind(scene: Scene) -> None:
    scene.happens(
        SignedIn(subject_id="s", brand="alphera", amr=("pwd", "otp", "mfa")),
        SignedIn(subject_id="t", brand="alphera", amr=("pwd", "otp", "mfa")),
        SignedIn(subject_id="s", brand="stellantis", amr=("pwd",)),
        SignInFailed(brand="alphera", outcome="refused", reason="wrong_password"),
        SecondStepProven(subject_id="s", brand="alphera", kind="totp"),
        PasswordLocked(subject_id="s"),
        SessionEnded(subject_id="s", brand="alphera"),
    )
    assert tally(scene.database) == 7
    scene.clock.advance(timedelta(hours=1))
    scene.happens(CodeSent(brand="alphera", kind="mail_code"))
    assert tally(scene.database) == 1
    assert set(scene.sums()) == {
        Tally(HOUR, "SignedIn", "alphera", "pwd otp", 2),
        Tally(HOUR, "SignedIn", "stellantis", "pwd", 1),
        Tally(HOUR, "SignInFailed", "alphera", "wrong_password", 1),
        Tally(HOUR, "SecondStepProven", "alphera", "totp", 1),
        Tally(HOUR, "PasswordLocked", "", "", 1),
        Tally(HOUR + timedelta(hours=1), "CodeSent", "alphera", "mail_code", 1),
    }


def test_what_was_counted_is_not_counted_again(scene: Scene) -> None:
    scene.happens(*[SignedIn(brand="alphera")] * 5)
    assert [tally(scene.database, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert [one.count for one in scene.sums()] == [5]
    scene.happens(SignedIn(brand="alphera"))
    tally(scene.database)
    assert [one.count for one in scene.sums()] == [6]


def test_workers_at_once_count_everything_once(scene: Scene) -> None:
    scene.happens(*[SignedIn(brand="alphera")] * 60)
    together = Barrier(AT_ONCE)

    def work(_: int) -> None:
        together.wait()
        for _ in range(12):
            tally(scene.database, limit=5)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(work, range(AT_ONCE)))
    while tally(scene.database):
        pass
    assert [one.count for one in scene.sums()] == [60]


def test_an_entry_that_is_not_linked_yet_waits_for_its_link(scene: Scene) -> None:
    trail = Trail(scene.keyring, scene.clock)
    with scene.database.transaction() as db:
        trail.write(db, SignedIn(brand="alphera"))
    assert tally(scene.database) == 0
    chain(scene.database, scene.keyring, scene.clock)
    assert tally(scene.database) == 1


def test_a_count_that_breaks_off_leaves_nothing_behind(scene: Scene) -> None:
    scene.happens(SignedIn(brand="alphera"))
    tallies.drop(scene.database.engine)
    with pytest.raises((Unavailable, ProgrammingError)):
        tally(scene.database)
    tallies.create(scene.database.engine)
    assert tally(scene.database) == 1
    assert [one.count for one in scene.sums()] == [1]


def test_somebody_of_a_brand_reads_its_sums_alone(scene: Scene) -> None:
    scene.happens(SignedIn(brand="alphera"), SignedIn(brand="stellantis"), SignedIn())
    tally(scene.database)
    assert [one.brand for one in scene.sums(frozenset({"alphera"}))] == ["alphera"]
    assert scene.sums(frozenset()) == []
    assert scene.sums(since=HOUR + timedelta(hours=1)) == []


def test_a_day_has_one_sum_of_each_kind(scene: Scene) -> None:
    for hours in (0, 3, 12):
        scene.clock.advance(timedelta(hours=hours))
        scene.happens(SignedIn(brand="alphera"), SignedIn(brand="alphera"))
    while tally(scene.database):
        pass
    with scene.database.reading() as db:
        days = read(db, HOUR - timedelta(days=1), scene.clock.now(), by_day=True)
    assert sorted((one.hour, one.count) for one in days) == [(HOUR, 4), (HOUR + timedelta(hours=15), 2)]


def test_old_sums_go(scene: Scene) -> None:
    scene.happens(SignedIn(brand="alphera"))
    tally(scene.database)
    for later, left in ((KEPT - timedelta(hours=1), 1), (timedelta(hours=1), 0)):
        scene.clock.advance(later)
        with scene.database.transaction() as db:
            purge(db, scene.clock.now())
        assert len(scene.sums()) == left
