"""Deliveries are not lost, are retried in time, and do not wait for each other."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import RowMapping, func, select, text
from structlog.testing import capture_logs

from idp.core.database import Database
from idp.core.errors import Unavailable
from idp.core.outbox import Attempt, Delivered, Deliverer, GiveUp, Outcome, Retry, Worker, enqueue, outbox, purge
from idp.core.sealing import Keyring
from tests.builders import TestClock
from tests.servers import PostgresServer, wait_until

HOUR = timedelta(hours=1)
LINK = "https://id.example.test/recover#secret"


@dataclass(slots=True)
class Receiver:
    """Answers as it is told, and remembers what it was given."""

    answer: Callable[[], Outcome] = Delivered
    got: list[tuple[dict[str, Any], Attempt]] = field(default_factory=list)

    def __call__(self, payload: dict[str, Any], attempt: Attempt) -> Outcome:
        self.got.append((payload, attempt))
        return self.answer()


@dataclass(slots=True)
class Scene:
    database: Database
    keyring: Keyring = field(default_factory=lambda: Keyring(os.urandom(32)))
    clock: TestClock = field(default_factory=TestClock)

    def enqueue(self, kind: str = "mail", dedupe_key: str | None = None, target: str = "", **payload: Any) -> None:
        with self.database.transaction() as db:
            enqueue(db, self.keyring, kind, payload, self.clock, dedupe_key, target)

    def worker(self, **deliverers: Deliverer) -> Worker:
        return Worker(self.database, self.keyring, self.clock, deliverers, chance=lambda: 0.5)

    def rows(self) -> list[RowMapping]:
        with self.database.reading() as db:
            return list(db.execute(select(outbox).order_by(outbox.c.id)).mappings())


@pytest.fixture
def scene(database: Database) -> Scene:
    return Scene(database)


def test_a_delivery_arrives_once_and_its_payload_goes(scene: Scene) -> None:
    receiver = Receiver()
    scene.enqueue(link=LINK, target="ana")
    assert LINK.encode() not in scene.rows()[0]["payload_sealed"]
    worker = scene.worker(mail=receiver)
    assert [worker.run_once(), worker.run_once()] == [1, 0]
    ((payload, attempt),) = receiver.got
    assert payload == {"link": LINK}
    assert (attempt.tries, attempt.kind, attempt.target, attempt.created_at) == (1, "mail", "ana", scene.clock.now())
    (row,) = scene.rows()
    assert row["payload_sealed"] is None
    assert row["delivered_at"] == scene.clock.now()


def test_what_is_rolled_back_is_not_delivered(scene: Scene) -> None:
    with scene.database.engine.connect() as db:
        enqueue(db, scene.keyring, "mail", {}, scene.clock)
        db.rollback()
    assert scene.worker(mail=Receiver()).run_once() == 0


def test_the_same_is_enqueued_once(scene: Scene) -> None:
    for number in range(3):
        scene.enqueue(dedupe_key="notice-1", number=number)
        scene.enqueue(number=number)
    receiver = Receiver()
    assert scene.worker(mail=receiver).run_once() == 4
    scene.enqueue(dedupe_key="notice-1")
    assert scene.worker(mail=receiver).run_once() == 0


def test_a_failure_is_tried_again_later_and_later(scene: Scene) -> None:
    receiver = Receiver(lambda: Retry("the server is away"))
    worker = scene.worker(mail=receiver)
    scene.enqueue()
    pauses = []
    for _ in range(9):
        assert worker.run_once() == 1
        (row,) = scene.rows()
        assert row["last_error"] == "the server is away"
        pause = row["next_try_at"] - scene.clock.now()
        pauses.append(pause.total_seconds())
        scene.clock.advance(pause - timedelta(seconds=1))
        assert worker.run_once() == 0
        scene.clock.advance(timedelta(seconds=1))
    assert pauses == [5, 15, 45, 135, 405, 1215, 3600, 3600, 3600]
    receiver.answer = Delivered
    assert worker.run_once() == 1
    assert receiver.got[-1][1].tries == 10
    assert len({attempt.delivery_id for _, attempt in receiver.got}) == 1


def test_pauses_are_spread(scene: Scene) -> None:
    chances = iter([0.0, 1.0])
    worker = Worker(scene.database, scene.keyring, scene.clock, {"mail": Receiver(lambda: Retry("no"))}, lambda: next(chances))
    scene.enqueue()
    scene.enqueue()
    worker.run_once()
    assert sorted((row["next_try_at"] - scene.clock.now()).total_seconds() for row in scene.rows()) == [4, 6]


def test_after_a_day_it_is_given_up_and_kept_for_administrators(scene: Scene) -> None:
    worker = scene.worker(mail=Receiver(lambda: Retry("away")))
    scene.enqueue()
    worker.run_once()
    scene.clock.advance(23 * HOUR)
    worker.run_once()
    assert scene.rows()[0]["failed_at"] is None
    scene.clock.advance(HOUR)
    worker.run_once()
    assert (scene.rows()[0]["failed_at"], scene.rows()[0]["last_error"]) == (scene.clock.now(), "away")
    scene.clock.advance(HOUR)
    assert worker.run_once() == 0


def test_what_cannot_succeed_is_given_up_at_once(scene: Scene) -> None:
    scene.enqueue()
    scene.worker(mail=Receiver(lambda: GiveUp("no such address"))).run_once()
    assert scene.rows()[0]["failed_at"] == scene.clock.now()


def test_a_deliverer_that_breaks_loses_nothing(scene: Scene) -> None:
    def broken(_payload: dict[str, Any], _attempt: Attempt) -> Outcome:
        raise ZeroDivisionError(LINK)

    scene.enqueue(link=LINK)
    scene.enqueue(kind="text")
    text_receiver = Receiver()
    assert scene.worker(mail=broken, text=text_receiver).run_once() == 2
    assert len(text_receiver.got) == 1
    assert scene.rows()[0]["last_error"] == "ZeroDivisionError"
    receiver = Receiver()
    scene.clock.advance(HOUR)
    assert scene.worker(mail=receiver).run_once() == 1


def test_a_payload_that_no_key_opens_is_given_up(scene: Scene) -> None:
    scene.enqueue()
    scene.keyring = Keyring(os.urandom(32))
    receiver = Receiver()
    assert scene.worker(mail=receiver).run_once() == 1
    assert receiver.got == []
    assert scene.rows()[0]["failed_at"] is not None


def test_kinds_without_a_deliverer_wait_for_one(scene: Scene) -> None:
    scene.enqueue(kind="text")
    assert scene.worker(mail=Receiver()).run_once() == 0
    assert scene.worker(text=Receiver()).run_once() == 1


def test_no_more_than_the_limit_is_tried(scene: Scene) -> None:
    for _ in range(12):
        scene.enqueue()
    worker = scene.worker(mail=Receiver())
    assert [worker.run_once(limit=5), worker.run_once(limit=100)] == [5, 7]


def test_a_worker_that_died_is_replaced_when_its_lease_ends(scene: Scene) -> None:
    scene.enqueue()
    with scene.database.transaction() as db:
        db.execute(outbox.update().values(lease_until=scene.clock.now() + timedelta(seconds=60), tries=1))
    receiver = Receiver()
    assert scene.worker(mail=receiver).run_once() == 0
    scene.clock.advance(timedelta(seconds=61))
    assert scene.worker(mail=receiver).run_once() == 1
    assert receiver.got[0][1].tries == 2


def test_a_worker_that_comes_late_does_not_undo_another_ones_mark(scene: Scene) -> None:
    def slow(_payload: dict[str, Any], _attempt: Attempt) -> Outcome:
        scene.clock.advance(timedelta(seconds=61))
        assert scene.worker(mail=Receiver()).run_once() == 1
        return Retry("timed out")

    scene.enqueue()
    scene.worker(mail=slow).run_once()
    (row,) = scene.rows()
    assert (row["delivered_at"] is not None, row["failed_at"], row["last_error"]) == (True, None, "")


def test_workers_at_once_share_the_work(scene: Scene) -> None:
    for number in range(60):
        scene.enqueue(number=number)
    receiver = Receiver()
    workers = [threading.Thread(target=scene.worker(mail=receiver).run_once) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert scene.worker(mail=receiver).run_once() == 0
    assert sorted(payload["number"] for payload, _ in receiver.got) == list(range(60))


def test_a_receiver_that_hangs_holds_up_no_other(scene: Scene) -> None:
    released = threading.Event()

    def hang(_payload: dict[str, Any], attempt: Attempt) -> Outcome:
        if attempt.target.startswith("hangs"):
            released.wait(60)
        else:
            arrived.append(attempt.target)
        return Delivered()

    arrived: list[str] = []
    mails = Receiver()
    stop = threading.Event()
    worker = threading.Thread(target=scene.worker(logout_token=hang, mail=mails).run_forever, args=(stop,))
    for number in range(40):
        scene.enqueue(kind="logout_token", target="hangs-1" if number % 2 else "hangs-2")
    scene.enqueue(kind="logout_token", target="answers")
    scene.enqueue(kind="mail", target="ana")
    worker.start()
    wait_until(lambda: bool(arrived and mails.got))
    scene.enqueue(kind="mail", target="ana")
    wait_until(lambda: len(mails.got) == 2)  # while the others hang: nothing has released them
    stop.set()
    released.set()
    worker.join()
    with scene.database.reading() as db:
        under_way = db.scalar(select(func.count()).where(outbox.c.lease_until.is_not(None)))
    assert under_way == 0


def test_a_kind_whose_receivers_all_hang_leaves_room_for_the_rest(scene: Scene) -> None:
    released = threading.Event()

    def hang(_payload: dict[str, Any], _attempt: Attempt) -> Outcome:
        released.wait(60)
        return Delivered()

    mails = Receiver()
    stop = threading.Event()
    worker = threading.Thread(target=scene.worker(logout_token=hang, mail=mails).run_forever, args=(stop,))
    for number in range(40):
        scene.enqueue(kind="logout_token", target=f"hangs-{number}")
    scene.enqueue(kind="mail")
    worker.start()
    wait_until(lambda: bool(mails.got))
    stop.set()
    released.set()
    worker.join()


def noticed(lines: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the worker has met the fault: without that, waiting it out would prove nothing."""
    return any(line["event"] == "outbox_unavailable" for line in lines)


@pytest.mark.parametrize("tables_url", ["postgresql"], indirect=True)
def test_a_database_that_restarts_is_waited_for(scene: Scene, postgres_server: PostgresServer) -> None:
    receiver = Receiver()
    stop = threading.Event()
    worker = threading.Thread(target=scene.worker(mail=receiver).run_forever, args=(stop,))
    worker.start()
    scene.enqueue(number=1)
    wait_until(lambda: len(receiver.got) == 1)
    with capture_logs() as lines:
        postgres_server.stop()
        wait_until(lambda: noticed(lines))
    postgres_server.start()
    wait_until(lambda: scene.enqueue(number=2) is None, Unavailable)
    wait_until(lambda: len(receiver.got) == 2)
    stop.set()
    worker.join()


def test_tables_that_are_not_there_yet_are_waited_for(scene: Scene) -> None:
    receiver = Receiver()
    stop = threading.Event()
    worker = threading.Thread(target=scene.worker(mail=receiver).run_forever, args=(stop,))
    with scene.database.transaction() as db:
        db.execute(text("ALTER TABLE outbox RENAME TO outbox_away"))
    scene.database.close()
    with capture_logs() as lines:
        worker.start()
        wait_until(lambda: noticed(lines))
    with scene.database.transaction() as db:
        db.execute(text("ALTER TABLE outbox_away RENAME TO outbox"))
    scene.enqueue()
    wait_until(lambda: bool(receiver.got))
    stop.set()
    worker.join()


def test_purge_keeps_what_is_recent_or_waiting(scene: Scene) -> None:
    scene.enqueue(kind="mail")
    scene.enqueue(kind="text")
    scene.enqueue(kind="other")
    scene.worker(mail=Receiver(), text=Receiver(lambda: GiveUp("no"))).run_once()
    removed = []
    for days in (6, 2, 21, 2):
        scene.clock.advance(timedelta(days=days))
        with scene.database.transaction() as db:
            removed.append(purge(db, scene.clock.now()))
    assert removed == [0, 1, 0, 1]
    assert [row["kind"] for row in scene.rows()] == ["other"]
