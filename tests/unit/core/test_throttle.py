"""A source is slowed after so many, and told truly when to come back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.core.clock import SystemClock
from idp.core.kv import open_kv
from idp.core.throttle import Allowed, Slowed, Throttle, network_of, source_of
from tests.builders import TestClock

WINDOW = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def throttle(tmp_path: Path, clock: TestClock) -> Throttle:
    return Throttle(open_kv(f"sqlite:///{tmp_path}/kv.db", clock), clock)


def fail(throttle: Throttle, times: int, source: str = "192.0.2.1") -> None:
    for _ in range(times):
        throttle.failed("sign-in", source, WINDOW)


def test_a_source_is_slowed_at_the_limit_and_alone(throttle: Throttle) -> None:
    fail(throttle, 19)
    assert throttle.check("sign-in", "192.0.2.1", 20, WINDOW) == Allowed()
    fail(throttle, 1)
    assert isinstance(throttle.check("sign-in", "192.0.2.1", 20, WINDOW), Slowed)
    assert throttle.check("sign-in", "192.0.2.2", 20, WINDOW) == Allowed()
    assert throttle.check("recovery", "192.0.2.1", 20, WINDOW) == Allowed()


def test_checking_counts_nothing(throttle: Throttle) -> None:
    for _ in range(50):
        assert throttle.check("sign-in", "192.0.2.1", 20, WINDOW) == Allowed()


def test_the_window_slides(throttle: Throttle, clock: TestClock) -> None:
    clock.advance(WINDOW * 0.9)  # near the end of a window: a fixed one would forget all in half a minute
    fail(throttle, 20)
    clock.advance(WINDOW * 0.2)
    assert isinstance(throttle.check("sign-in", "192.0.2.1", 18, WINDOW), Slowed)
    clock.advance(WINDOW)
    assert throttle.check("sign-in", "192.0.2.1", 18, WINDOW) == Allowed()


@pytest.mark.parametrize("part", [0.0, 0.3, 0.99])
@pytest.mark.parametrize("count", [20, 21, 40, 500])
@pytest.mark.parametrize("later", [0.0, 0.5, 1.0])
def test_who_comes_back_when_told_is_allowed_and_hardly_sooner(
    throttle: Throttle, clock: TestClock, part: float, count: int, later: float
) -> None:
    clock.advance(WINDOW * part)
    fail(throttle, count)
    clock.advance(WINDOW * later)
    verdict = throttle.check("sign-in", "192.0.2.1", 20, WINDOW)
    assert later > 0 or isinstance(verdict, Slowed)
    if isinstance(verdict, Slowed):
        clock.advance(verdict.retry_after - 3 * SECOND)
        assert verdict.retry_after <= 3 * SECOND or isinstance(throttle.check("sign-in", "192.0.2.1", 20, WINDOW), Slowed)
        clock.advance(3 * SECOND)
        assert throttle.check("sign-in", "192.0.2.1", 20, WINDOW) == Allowed()


def test_tries_are_counted_as_they_are_made(throttle: Throttle, clock: TestClock) -> None:
    day = timedelta(days=1)
    verdicts = [throttle.tries("activation", "agreement-1", 5, day) for _ in range(9)]
    assert [isinstance(verdict, Allowed) for verdict in verdicts] == [True] * 5 + [False] * 4
    clock.advance(day + timedelta(hours=15))
    assert throttle.tries("activation", "agreement-1", 5, day) == Allowed()  # hammering on did not keep it shut


def test_a_try_that_is_given_back_is_none_and_makes_no_room_for_more(throttle: Throttle, clock: TestClock) -> None:
    for _ in range(3):
        assert throttle.tries("sign-in", "192.0.2.1", 1, WINDOW) == Allowed()
        throttle.give_back("sign-in", "192.0.2.1", WINDOW)
    assert throttle.tries("sign-in", "192.0.2.1", 1, WINDOW) == Allowed()
    clock.advance(2 * WINDOW)
    throttle.give_back("sign-in", "192.0.2.1", WINDOW)
    assert throttle.tries("sign-in", "192.0.2.1", 1, WINDOW) == Allowed()
    assert isinstance(throttle.tries("sign-in", "192.0.2.1", 1, WINDOW), Slowed)


def test_racing_tries_do_not_pass_the_limit(tmp_path: Path) -> None:
    throttle = Throttle(open_kv(f"sqlite:///{tmp_path}/kv.db", SystemClock()), SystemClock())
    with ThreadPoolExecutor(8) as threads:
        verdicts = list(threads.map(lambda _: throttle.tries("code", "s-1", 5, timedelta(days=1)), range(40)))
    assert sum(isinstance(verdict, Allowed) for verdict in verdicts) <= 5


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("192.0.2.1, 198.51.100.7", "unknown"),
    ],
)
def test_one_line_is_one_source(address: str, source: str) -> None:
    assert source_of(address) == source


@given(st.text())
def test_any_text_has_a_source(text: str) -> None:
    assert source_of(text)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::", "2001:db8:1::/48"),
        ("192.0.2.1", ""),
        ("::ffff:192.0.2.1", ""),
        ("unix:", ""),
    ],
)
def test_lines_side_by_side_are_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_what_was_announced_is_allowed_once_after_its_pause(throttle: Throttle, clock: TestClock) -> None:
    pause, comes_back = timedelta(seconds=5), timedelta(minutes=2)

    def call(source: str = "192.0.2.1") -> Allowed | Slowed:
        return throttle.announced("flood", source, pause, comes_back)

    assert call() == Slowed(pause)
    clock.advance(timedelta(seconds=4))
    assert call() == Slowed(SECOND)  # coming too early makes it no longer
    clock.advance(SECOND)
    assert call("192.0.2.2") == Slowed(pause)
    assert call() == Allowed()
    assert call() == Slowed(pause)
    clock.advance(pause + comes_back)
    assert call() == Slowed(pause)  # too late: it is announced anew


def test_of_many_that_come_after_the_pause_one_is_allowed(throttle: Throttle, clock: TestClock) -> None:
    pause, minute = timedelta(seconds=5), timedelta(minutes=1)
    throttle.announced("flood", "192.0.2.1", pause, minute)
    clock.advance(pause)
    with ThreadPoolExecutor(8) as threads:
        verdicts = list(threads.map(lambda _: throttle.announced("flood", "192.0.2.1", pause, minute), range(16)))
    assert verdicts.count(Allowed()) == 1


def test_of_many_callers_one_is_first(throttle: Throttle, clock: TestClock) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda _: throttle.first("told", "flood", WINDOW), range(16))) == 1
    clock.advance(WINDOW)
    assert throttle.first("told", "flood", WINDOW)
