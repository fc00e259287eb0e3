"""Guessing that is spread is slowed; whoever has nothing to do with it is not, or hardly."""

from dataclasses import replace
from datetime import timedelta

import pytest

from idp.core.events import SprayingSeen
from idp.signin.brake import Brake, Braked, Limits, Try
from idp.signin.flow import Flow
from idp.signin.outcomes import LockedOut, NotRecognised, Proven, TooManyTries
from idp.subjects.subjects import Subject
from tests.builders import ANA_PASSWORD, TestClock, Witness
from tests.unit.signin.conftest import Visitor

SPRAYED = "Summer2026! Summer2026!"
SECOND = timedelta(seconds=1)
FLOOD = 30


@pytest.fixture
def flooded(flow: Flow, witness: Witness) -> Flow:
    """Under a flood: as many failures as make one, each of another source, name and password."""
    flow = replace(flow, brake=replace(flow.brake, limits=Limits(source=20, network=100, flood=FLOOD)))
    for n in range(FLOOD):
        assert Visitor(flow, address=f"198.51.100.{n}").sign_in(f"name{n}", f"guess number {n}") == NotRecognised()
    return flow


@pytest.fixture
def known(visitor: Visitor, ana: Subject) -> Visitor:
    """Ana's own browser, in which she has signed in before."""
    step = visitor.sign_in()
    assert isinstance(step, Proven)
    return replace(visitor, device=step.device)


def test_a_known_browser_waits_for_no_stranger_at_the_same_address(known: Visitor, flow: Flow) -> None:
    neighbour = Visitor(flow, address=known.address)
    for n in range(20):
        neighbour.sign_in(f"name{n}", f"guess number {n}")
    assert isinstance(neighbour.sign_in(), TooManyTries)
    assert isinstance(known.sign_in(), Proven)


def test_a_known_browser_waits_for_no_stranger_with_the_same_password(known: Visitor, flow: Flow) -> None:
    for n in range(100):
        Visitor(flow, address=f"198.51.100.{n}").sign_in(f"name{n}", ANA_PASSWORD)
    assert isinstance(Visitor(flow, address="192.0.2.99").sign_in(), TooManyTries)
    assert isinstance(known.sign_in(), Proven)


def test_a_known_browser_goes_on_in_a_flood(flow: Flow, known: Visitor, flooded: Flow) -> None:
    assert isinstance(replace(known, flow=flooded).sign_in(), Proven)


def test_a_known_browser_is_held_by_its_own_lane_and_brakes_nobody(known: Visitor, flow: Flow) -> None:
    steps = [known.sign_in(password=f"guess number {n}") for n in range(40)]
    assert isinstance(steps[4], LockedOut)
    assert isinstance(Visitor(flow, address=known.address).sign_in(), Proven)


def test_a_right_password_undoes_no_failures(visitor: Visitor, ana: Subject) -> None:
    for n in range(19):
        visitor.sign_in(f"name{n}", f"guess number {n}")
    assert isinstance(visitor.sign_in(), Proven)
    visitor.sign_in("name19", "guess number 19")
    assert isinstance(visitor.sign_in(), TooManyTries)


def test_whoever_has_a_whole_ipv6_network_is_slowed_as_one(visitor: Visitor, witness: Witness, ana: Subject) -> None:
    for n in range(100):
        visitor.address = f"2001:db8:1:{n:x}::1"
        assert visitor.sign_in(f"name{n}", f"guess number {n}") == NotRecognised()
    visitor.address = "2001:db8:1:ffff::1"
    step = visitor.sign_in()
    assert isinstance(step, TooManyTries)
    assert step.here
    visitor.address = "2001:db8:2:1::1"
    assert isinstance(visitor.sign_in(), Proven)
    assert seen(witness) == ["network"]


def test_one_password_on_many_names_is_told_once_and_without_the_password(
    visitor: Visitor, flow: Flow, witness: Witness, ana: Subject
) -> None:
    steps = [Visitor(flow, address=f"198.51.{n}.1").sign_in(f"name{n}", SPRAYED) for n in range(103)]
    assert steps[99] == NotRecognised()
    assert all(isinstance(step, TooManyTries) and not step.here for step in steps[100:])
    assert seen(witness) == ["password"]
    assert "Summer" not in repr(witness.events)


def test_in_a_flood_a_stranger_waits_a_moment_and_comes_in(
    flooded: Flow, clock: TestClock, witness: Witness, ana: Subject
) -> None:
    stranger = Visitor(flooded)
    assert stranger.sign_in() == TooManyTries(5 * SECOND, here=False)
    clock.advance(2 * SECOND)
    assert stranger.sign_in() == TooManyTries(3 * SECOND, here=False)
    clock.advance(3 * SECOND)
    assert isinstance(stranger.sign_in(), Proven)
    assert seen(witness) == ["flood"]


def test_in_a_flood_an_address_for_each_guess_brings_nothing(flooded: Flow, witness: Witness, ana: Subject) -> None:
    before = len(witness.named("SignInFailed"))
    for n in range(50):
        step = Visitor(flooded, address=f"203.0.113.{n}").sign_in(f"name{n}", f"guess number {n}")
        assert isinstance(step, TooManyTries)
    assert len(witness.named("SignInFailed")) == before


def test_in_a_flood_each_failure_doubles_the_pause_of_its_source(flooded: Flow, clock: TestClock, ana: Subject) -> None:
    guesser = Visitor(flooded, address="203.0.113.7")
    pauses = []
    for n in range(4):
        step = guesser.sign_in(f"name{n}", f"guess number {n}")
        assert isinstance(step, TooManyTries)
        pauses.append(step.retry_after)
        clock.advance(step.retry_after)
        assert guesser.sign_in(f"name{n}", f"guess number {n}") == NotRecognised()
    assert pauses == [5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND]


def test_a_flood_ends(flooded: Flow, clock: TestClock, ana: Subject) -> None:
    clock.advance(timedelta(minutes=10))
    assert isinstance(Visitor(flooded).sign_in(), Proven)


@pytest.fixture
def brake(flow: Flow) -> Brake:
    return replace(flow.brake, limits=Limits(source=20, network=100, flood=FLOOD))


def failures(brake: Brake, times: int) -> list[str]:
    return [kind for n in range(times) for kind in brake.failed(Try(f"198.51.100.{n}", "", str(n)))]


def test_a_busy_morning_is_no_flood(brake: Brake) -> None:
    for n in range(FLOOD // 3):
        brake.succeeded(f"subject {n}")
    assert failures(brake, FLOOD) == []
    assert brake.wait(Try("203.0.113.1", "", "x")) is None
    assert failures(brake, 1) == ["flood"]
    assert brake.wait(Try("203.0.113.1", "", "x")) == Braked("flood", 5 * SECOND)


def test_no_flood_is_hidden_behind_an_account_of_ones_own(brake: Brake) -> None:
    for _ in range(FLOOD):
        brake.succeeded("the guesser's own")
    assert failures(brake, FLOOD) == ["flood"]


def test_a_brake_is_told_again_in_the_next_window(brake: Brake, clock: TestClock) -> None:
    assert failures(brake, FLOOD + 5) == ["flood"]
    clock.advance(timedelta(minutes=5))
    assert failures(brake, FLOOD + 5) == ["flood"]


def test_buckets_are_keyed(brake: Brake) -> None:
    other = replace(brake, key=b"o" * 32)
    passwords = [f"password {n}" for n in range(50)]
    ours, theirs = ([one.look_at("192.0.2.1", password).bucket for password in passwords] for one in (brake, other))
    assert sum(mine == other for mine, other in zip(ours, theirs, strict=True)) < 3
    assert brake.look_at("192.0.2.1", "x") == brake.look_at("192.0.2.1", "x")


def seen(witness: Witness) -> list[str]:
    return [event.kind for event in witness.named("SprayingSeen") if isinstance(event, SprayingSeen)]
