"""What staff see of the outbox, and trying again."""

import os
from datetime import timedelta
from typing import Any

import pytest

from idp.core.database import Database
from idp.core.outbox import Delivered, GiveUp, Outcome, Retry, Worker, enqueue
from idp.core.outbox_state import Delivery, Depth, State, Wanted, depth, find, retry, retry_all, undelivered
from idp.core.sealing import Keyring
from tests.builders import BEGINNING, TestClock

MINUTE = timedelta(minutes=1)


class Scene:
    """An outbox whose receiver answers as it is told."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.keyring = database, TestClock(), Keyring(os.urandom(32))
        self.answer: Outcome = GiveUp("refused with 550")
        deliver = {kind: lambda _payload, _attempt: self.answer for kind in ("mail", "text")}
        self.told: list[tuple[str, Outcome]] = []
        self.worker = Worker(database, self.keyring, self.clock, deliver, lambda: 0.5, lambda *said: self.told.append(said))

    def sends(self, kind: str = "mail", brand: str | None = None, deliver: bool = True) -> None:
        with self.database.transaction() as db:
            enqueue(db, self.keyring, kind, {}, self.clock, target="shop", brand=brand)
        if deliver:
            self.worker.run_once()

    def depth(self, brands: frozenset[str] | None = None) -> list[Depth]:
        with self.database.reading() as db:
            return depth(db, brands)

    def listed(self, state: State, **more: Any) -> list[Delivery]:
        with self.database.reading() as db:
            return undelivered(db, Wanted(state, **more))

    def retries(self, delivery_id: int) -> bool:
        with self.database.transaction() as db:
            return retry(db, delivery_id, self.clock.now())


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


def test_what_waits_and_what_was_given_up_is_counted_by_kind(scene: Scene) -> None:
    scene.sends("mail")
    scene.answer = Retry("TimeoutError")
    scene.sends("mail", "alphera")
    scene.clock.advance(MINUTE)
    scene.sends("text", deliver=False)
    scene.answer = Delivered()
    assert scene.depth() == [Depth("mail", 1, 1, BEGINNING), Depth("text", 1, 0, BEGINNING + MINUTE)]
    assert scene.depth(frozenset({"alphera"})) == [Depth("mail", 1, 0, BEGINNING)]
    assert scene.depth(frozenset()) == []
    scene.worker.run_once()
    assert scene.depth() == [Depth("mail", 0, 1, None)]
    assert [type(outcome).__name__ for _, outcome in scene.told] == ["GiveUp", "Retry", "Delivered", "Delivered"]


def test_a_list_is_narrowed_and_goes_on_where_it_stopped(scene: Scene) -> None:
    for brand in ("alphera", None, "stellantis"):
        scene.sends(brand=brand)
    scene.sends("text", "alphera")
    assert [one.brand for one in scene.listed(State.FAILED, kind="mail")] == ["stellantis", None, "alphera"]
    assert [one.kind for one in scene.listed(State.FAILED, brands=frozenset({"alphera"}))] == ["text", "mail"]
    first = scene.listed(State.FAILED)[0]
    assert len(scene.listed(State.FAILED, before=first.id)) == 3
    assert len(scene.listed(State.FAILED, before=10**30)) == 4
    assert scene.listed(State.WAITING) == []


def test_what_was_given_up_is_tried_again_at_once_and_keeps_its_tries(scene: Scene) -> None:
    scene.sends()
    (one,) = scene.listed(State.FAILED)
    assert (one.tries, one.last_error, one.target) == (1, "refused with 550", "shop")
    assert scene.retries(one.id)
    assert scene.listed(State.FAILED) == []
    scene.answer = Delivered()
    assert scene.worker.run_once() == 1
    assert not scene.retries(one.id)
    with scene.database.reading() as db:
        assert find(db, one.id) is None


def test_what_is_just_being_tried_is_left_alone(scene: Scene) -> None:
    tried: list[bool] = []

    def deliver(_payload: dict[str, Any], attempt: Any) -> Outcome:
        tried.append(scene.retries(attempt.delivery_id))
        return Delivered()

    scene.sends(deliver=False)
    Worker(scene.database, scene.keyring, scene.clock, {"mail": deliver}).run_once()
    assert tried == [False]


def test_after_a_day_trying_again_is_one_try_more(scene: Scene) -> None:
    scene.sends()
    (one,) = scene.listed(State.FAILED)
    scene.clock.advance(timedelta(days=2))
    scene.answer = Retry("TimeoutError")
    assert scene.retries(one.id)
    assert scene.worker.run_once() == 1
    assert [(each.tries, each.last_error) for each in scene.listed(State.FAILED)] == [(2, "TimeoutError")]


def test_all_that_are_wanted_are_tried_again_and_no_other(scene: Scene) -> None:
    for kind, brand in (("mail", "alphera"), ("mail", "stellantis"), ("text", "alphera")):
        scene.sends(kind, brand)
    with scene.database.transaction() as db:
        wanted = Wanted(State.FAILED, frozenset({"alphera"}))
        assert retry_all(db, wanted, scene.clock.now()) == {"mail": 1, "text": 1}
        assert retry_all(db, wanted, scene.clock.now()) == {}
    assert [one.brand for one in scene.listed(State.FAILED)] == ["stellantis"]
