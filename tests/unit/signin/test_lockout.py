"""The lanes alone, on each database: when they lock, when they open, and what they forget."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from idp.brands.brand import Policy
from idp.core.database import Database
from idp.signin.lockout import Lane, Locked, Lockout, Open, Rule
from idp.signin.lockout_tables import password_lanes
from tests.builders import TestClock, a_database

BY_ITSELF = Rule(5, "by_itself", 15)
BY_RECOVERY = Rule(5, "by_recovery", 15)
KEY = b"l" * 32


@pytest.fixture
def database(tables_url: str) -> Iterator[Database]:
    with a_database(tables_url) as database:
        yield database


@dataclass
class Door:
    """Somebody who guesses."""

    database: Database
    clock: TestClock
    lockout: Lockout

    def fail(self, lane: Lane, times: int = 1, rule: Rule = BY_ITSELF, brand: str = "stellantis") -> Open | Locked:
        with self.database.transaction() as db:
            answers = [self.lockout.failed(db, lane, rule, brand, self.clock.now()) for _ in range(times)]
        return answers[-1]

    def state(self, lane: Lane) -> Open | Locked:
        with self.database.reading() as db:
            return self.lockout.state(db, lane, self.clock.now())

    def succeed(self, lane: Lane) -> bool:
        with self.database.transaction() as db:
            return self.lockout.succeeded(db, lane, self.clock.now())

    def release(self, who: str) -> bool:
        with self.database.transaction() as db:
            return self.lockout.release(db, who, self.clock.now())

    def purge(self, batch: int = 500) -> int:
        with self.database.transaction() as db:
            return self.lockout.purge(db, self.clock.now(), batch)

    def known(self) -> set[str]:
        with self.database.reading() as db:
            return set(db.execute(select(password_lanes.c.who)).scalars())


@pytest.fixture
def door(database: Database, clock: TestClock) -> Door:
    return Door(database, clock, Lockout(KEY, most_ghosts=3))


@pytest.fixture(params=["ana", "nobody"])
def lane(request: pytest.FixtureRequest, door: Door) -> Lane:
    """The unknown browsers of somebody, and of a name that does not exist."""
    return door.lockout.lane("s_ana" if request.param == "ana" else None, request.param)


def test_the_fifth_failure_locks_for_fifteen_minutes(door: Door, lane: Lane, clock: TestClock) -> None:
    until = clock.now() + timedelta(minutes=15)
    assert door.fail(lane, 4) == door.state(lane) == Open()
    assert door.fail(lane) == Locked("stellantis", until, shut=False, fresh=True)
    assert door.state(lane) == Locked("stellantis", until, shut=False)
    clock.advance(timedelta(minutes=15, microseconds=-1))
    assert isinstance(door.state(lane), Locked)
    clock.advance(timedelta(microseconds=1))
    assert door.state(lane) == Open()


def test_a_running_lock_is_not_prolonged_and_the_count_after_it_begins_anew(door: Door, lane: Lane, clock: TestClock) -> None:
    door.fail(lane, 5)
    fallen = door.state(lane)
    clock.advance(timedelta(minutes=14))
    assert door.fail(lane, 50, BY_RECOVERY, "alphera") == door.state(lane) == fallen
    clock.advance(timedelta(minutes=1))
    assert door.fail(lane, 4) == Open()
    assert isinstance(door.fail(lane), Locked)


def test_a_lock_by_recovery_ends_by_no_time(door: Door, lane: Lane, clock: TestClock) -> None:
    assert door.fail(lane, 5, BY_RECOVERY, "alphera") == Locked("alphera", None, shut=False, fresh=True)
    clock.advance(timedelta(days=3650))
    assert door.state(lane) == door.fail(lane) == Locked("alphera", None, shut=False)


def test_failures_far_apart_do_not_lock(door: Door, lane: Lane, clock: TestClock) -> None:
    for _ in range(5):
        assert door.fail(lane, 4) == Open()
        clock.advance(timedelta(minutes=15))


def test_a_hundred_failures_without_success_shut_the_lane_of_unknown_browsers(door: Door, lane: Lane, clock: TestClock) -> None:
    for _ in range(19):
        assert isinstance(door.fail(lane, 5), Locked)
        clock.advance(timedelta(minutes=15))
    assert door.fail(lane, 4) == Open()
    assert door.fail(lane) == Locked("stellantis", None, shut=True, fresh=True)
    clock.advance(timedelta(days=3650))
    assert door.fail(lane) == Locked("stellantis", None, shut=True)
    assert door.release(lane.who)
    assert door.state(lane) == Open()


def test_success_begins_the_hundred_anew_and_a_known_browser_is_never_shut(door: Door, clock: TestClock) -> None:
    unknown, known = door.lockout.lane("s_ana", "ana"), door.lockout.lane("s_ana", "ana", "b_1")
    for lane in (unknown, known):
        for tens in range(21):
            locked = door.fail(lane, 5)
            assert isinstance(locked, Locked)
            assert not locked.shut
            clock.advance(timedelta(minutes=15))
            if tens % 10 == 9 and lane is unknown:
                assert door.succeed(lane)


def test_success_clears_its_own_lane_alone(door: Door) -> None:
    unknown, known = door.lockout.lane("s_ana", "ana"), door.lockout.lane("s_ana", "ana@example.test", "b_1")
    assert unknown.who == known.who
    door.fail(unknown, 4)
    door.fail(known, 4)
    assert door.succeed(known)
    assert door.fail(known, 4) == Open()
    assert isinstance(door.fail(unknown), Locked)
    assert door.state(known) == Open()


def test_a_sign_in_begun_before_the_lock_cannot_finish_inside_it(door: Door, lane: Lane, clock: TestClock) -> None:
    assert door.succeed(lane)
    door.fail(lane, 5)
    assert not door.succeed(lane)
    assert isinstance(door.state(lane), Locked)
    clock.advance(timedelta(minutes=15))
    assert door.succeed(lane)


def test_a_release_ends_every_lock_and_count_of_one_subject(door: Door) -> None:
    lanes = [door.lockout.lane("s_ana", "ana", browser) for browser in ("", "b_1")]
    ben = door.lockout.lane("s_ben", "ben")
    for lane in (*lanes, ben):
        door.fail(lane, 5, BY_RECOVERY)
    assert door.release(lanes[0].who)
    assert [door.state(lane) for lane in lanes] == [Open(), Open()]
    assert isinstance(door.state(ben), Locked)
    door.fail(lanes[0], 4)
    assert not door.release(lanes[0].who)
    assert door.fail(lanes[0], 4) == Open()


def test_every_spelling_is_one_lane_and_its_digest_is_keyed(door: Door) -> None:
    lane = door.lockout.lane
    assert lane(None, "Nobody") == lane(None, " nobody ") == lane(None, "ｎobody")
    assert lane("s_1", "a") == lane("s_1", "a@example.test")
    others = {lane(None, "s_1"), lane("s_1", "s_1"), Lockout(b"o" * 32).lane(None, "s_1"), lane(None, "\ud800")}
    assert len({other.who for other in others}) == 4


def test_ghosts_are_forgotten_after_thirty_days_and_nobody_else(door: Door, clock: TestClock) -> None:
    ana, ghosts = door.lockout.lane("s_ana", "ana"), [door.lockout.lane(None, f"ghost{n}") for n in range(3)]
    for lane in (ana, *ghosts):
        door.fail(lane)
    clock.advance(timedelta(days=1))
    door.fail(ghosts[2])
    clock.advance(timedelta(days=29, microseconds=-1))
    assert door.purge() == 0
    clock.advance(timedelta(microseconds=1))
    assert [door.purge(batch=1) for _ in range(3)] == [1, 1, 0]
    assert door.known() == {ana.who, ghosts[2].who}


def test_of_too_many_ghosts_the_oldest_go_first(door: Door, clock: TestClock) -> None:
    ana, ghosts = door.lockout.lane("s_ana", "ana"), [door.lockout.lane(None, f"ghost{n}") for n in range(6)]
    for lane in (ana, *ghosts):
        door.fail(lane)
        clock.advance(timedelta(seconds=1))
    door.fail(ghosts[0])
    assert [door.purge(batch=2) for _ in range(2)] == [2, 1]
    assert door.known() == {ana.who, ghosts[0].who, ghosts[4].who, ghosts[5].who}


def test_the_rule_is_the_brands_policy() -> None:
    assert Rule.of(Policy()) == BY_ITSELF
    assert Rule.of(Policy(lock_ends="by_recovery", failures_before_lock=3, lock_minutes=30)) == Rule(3, "by_recovery", 30)
