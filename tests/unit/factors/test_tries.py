from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.core.database import Database
from idp.factors.tries import LONG_PAUSE, PAUSE, Allowed, Wait, count_try, succeeded
from tests.builders import BEGINNING, TestClock, written

MOMENT = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)


def count(database: Database, subject_id: str, now: datetime, kind: str = "totp") -> Allowed | Wait:
    return written(database, lambda db: count_try(db, subject_id, kind, now))


def test_five_tries_then_a_quarter_of_an_hour(database: Database, ana_id: str, clock: TestClock) -> None:
    for left in (4, 3, 2, 1, 0):
        clock.advance(MINUTE)
        assert count(database, ana_id, clock.now()) == Allowed(left)
    until = clock.now() + PAUSE
    assert count(database, ana_id, clock.now()) == Wait(until)
    assert count(database, ana_id, until - MOMENT) == Wait(until)
    assert [count(database, ana_id, until) for _ in range(6)] == [*map(Allowed, (4, 3, 2, 1, 0)), Wait(until + PAUSE)]


def test_a_pause_is_not_prolonged_by_more_tries(database: Database, ana_id: str, clock: TestClock) -> None:
    for _ in range(5):
        count(database, ana_id, clock.now())
    until = clock.now() + PAUSE
    for _ in range(14):
        clock.advance(MINUTE)
        assert count(database, ana_id, clock.now()) == Wait(until)
    clock.advance(MINUTE)
    assert count(database, ana_id, clock.now()) == Allowed(4)


def test_after_fifty_in_a_row_five_a_day(database: Database, ana_id: str, clock: TestClock) -> None:
    for _ in range(10):
        for _ in range(5):
            assert isinstance(count(database, ana_id, clock.now()), Allowed)
        until = count(database, ana_id, clock.now())
        clock.advance(PAUSE)
    assert until == Wait(clock.now() - PAUSE + LONG_PAUSE)
    assert count(database, ana_id, clock.now()) == until
    clock.advance(LONG_PAUSE - PAUSE)
    answers = [count(database, ana_id, clock.now()) for _ in range(6)]
    assert answers == [*map(Allowed, (4, 3, 2, 1, 0)), Wait(clock.now() + LONG_PAUSE)]


def test_tries_of_long_ago_are_forgotten(database: Database, ana_id: str, clock: TestClock) -> None:
    for _ in range(4):
        count(database, ana_id, clock.now())
    clock.advance(PAUSE - MOMENT)
    assert count(database, ana_id, clock.now()) == Allowed(0)
    clock.advance(PAUSE)
    assert count(database, ana_id, clock.now()) == Allowed(4)


def test_a_right_code_begins_the_count_anew(database: Database, ana_id: str) -> None:
    for _ in range(5):
        count(database, ana_id, BEGINNING)
    written(database, lambda db: succeeded(db, ana_id, "totp"))
    assert count(database, ana_id, BEGINNING) == Allowed(4)


def test_each_subject_and_kind_has_its_own_count(database: Database, ana_id: str, ben_id: str) -> None:
    for _ in range(5):
        count(database, ana_id, BEGINNING)
    assert count(database, ben_id, BEGINNING) == Allowed(4)
    assert count(database, ana_id, BEGINNING, "recovery_code") == Allowed(4)
    written(database, lambda db: succeeded(db, ana_id, "recovery_code"))
    assert isinstance(count(database, ana_id, BEGINNING), Wait)


def test_of_ten_tries_at_once_five_are_allowed(database: Database, ana_id: str) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: count(database, ana_id, BEGINNING), range(10)))
    allowed = [answer for answer in answers if isinstance(answer, Allowed)]
    assert sorted(answer.left for answer in allowed) == [0, 1, 2, 3, 4]
    assert answers.count(Wait(BEGINNING + PAUSE)) == 5


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=st.lists(st.integers(min_value=0, max_value=16).map(lambda minutes: minutes * MINUTE), max_size=30))
def test_never_more_than_five_in_a_quarter_of_an_hour(database: Database, ana_id: str, gaps: list[timedelta]) -> None:
    written(database, lambda db: succeeded(db, ana_id, "totp"))
    now, allowed = BEGINNING, list[datetime]()
    for gap in gaps:
        now += gap
        match count(database, ana_id, now):
            case Allowed():
                allowed.append(now)
            case Wait(until):
                assert now < until <= now + PAUSE
    assert all(later - first >= PAUSE for first, later in zip(allowed, allowed[5:], strict=False))
