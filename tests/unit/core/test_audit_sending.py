"""The receiver gets every entry in the order of the chain, whatever happens to it or to the worker."""

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from idp.core.audit import audit_entries
from idp.core.audit_cut import Cut
from idp.core.audit_sending import AT_ONCE, KIND, SIGNATURE, Sending, sent
from idp.core.audit_verify import verify
from idp.core.database import Database
from idp.core.fetcher import Fetcher, FetchRefused
from idp.core.origin import Origin, call_from
from idp.core.outbox import Attempt, Worker, outbox
from tests.unit.core.audit_scene import Scene, a_scene

SECRET = b"thirty-two characters of a secret"


@dataclass
class Receiver(Fetcher):
    """Stands where the network is: answers with the statuses it is given, then with 204."""

    answers: list[int | None] = field(default_factory=list)
    got: list[dict[str, Any]] = field(default_factory=list)

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        assert url == "https://siem.example/idp"
        answer = self.answers.pop(0) if self.answers else 204
        if answer is None:
            raise FetchRefused("it took too long")
        at, proof = (part.partition("=")[2] for part in headers[SIGNATURE].split(","))
        assert hmac.new(SECRET, f"{at}.".encode() + body, hashlib.sha256).hexdigest() == proof
        if 200 <= answer < 300:
            self.got.append(json.loads(body))
        return answer

    @property
    def positions(self) -> list[int]:
        return [entry["position"] for batch in self.got for entry in batch["entries"]]


@dataclass
class Story:
    scene: Scene
    receiver: Receiver
    sending: Sending
    worker: Worker

    def work(self) -> None:
        """What the worker does in a second."""
        self.sending.offer()
        self.worker.run_once()

    def rows(self) -> list[Any]:
        with self.scene.database.reading() as db:
            return list(db.execute(select(outbox).order_by(outbox.c.id)))


@pytest.fixture
def story(database: Database) -> Story:
    scene, receiver = a_scene(database), Receiver()
    ground = {"database": database, "keyring": scene.keyring, "clock": scene.clock}
    sending = Sending(
        url="https://siem.example/idp", secret=SECRET, issuer="https://id.example", personal=False, fetcher=receiver, **ground
    )
    return Story(scene, receiver, sending, Worker(**ground, deliverers={KIND: sending.deliver}, chance=lambda: 0.5))


def test_what_is_chained_is_sent_once_and_in_order(story: Story) -> None:
    story.work()
    assert story.rows() == []
    story.scene.write(3)
    story.work()
    assert story.rows() == []
    head = story.scene.chain()
    assert head is not None
    story.work()
    story.scene.write(2)
    story.scene.chain()
    story.work()
    assert story.receiver.positions == [1, 2, 3, 4, 5]
    first = story.receiver.got[0]
    assert (first["issuer"], first["first"], first["last"]) == ("https://id.example", 1, 3)
    assert first["entries"][0]["event"] == "CodeIssued"
    assert first["entries"][2]["link"] == head.link
    assert verify(story.scene.database, story.scene.keyring, first["head"]) == []


def test_personal_facts_stay_here_unless_they_are_asked_for(story: Story) -> None:
    call_from(Origin("203.0.113.9", "Firefox", "ref-1"))
    story.scene.write(1)
    call_from(Origin())
    story.scene.chain()
    story.work()
    assert "203.0.113.9" not in json.dumps(story.receiver.got)
    object.__setattr__(story.sending, "personal", True)
    call_from(Origin("203.0.113.9", "Firefox", "ref-1"))
    story.scene.write(1)
    call_from(Origin())
    story.scene.chain()
    story.work()
    assert story.receiver.got[1]["entries"][0]["personal"]["address"] == "203.0.113.9"


def test_much_is_sent_in_batches_without_waiting(story: Story) -> None:
    story.scene.write(2 * AT_ONCE + 50)
    story.scene.chain()
    story.work()
    assert [len(batch["entries"]) for batch in story.receiver.got] == [AT_ONCE, AT_ONCE, 50]
    assert story.receiver.positions == list(range(1, 2 * AT_ONCE + 51))


@pytest.mark.parametrize("answer", [None, 500, 503, 400, 404, 410, 301])
def test_whoever_does_not_take_it_is_asked_again(story: Story, answer: int | None) -> None:
    story.receiver.answers = [answer, answer]
    story.scene.write(3)
    story.scene.chain()
    for _ in range(3):
        story.work()
        story.scene.write(1)
        story.scene.chain()
        story.scene.clock.advance(timedelta(minutes=1))
    assert story.receiver.positions == [1, 2, 3, 4, 5]
    assert [row.tries for row in story.rows()] == [3]


def test_a_receiver_that_is_down_for_days_loses_nothing_and_makes_nothing_grow(story: Story) -> None:
    story.receiver.answers = [None] * 200
    for _ in range(60):
        story.scene.write(1)
        story.scene.chain()
        story.work()
        story.scene.clock.advance(timedelta(hours=1, minutes=10))
    assert sum(row.delivered_at is None and row.failed_at is None for row in story.rows()) == 1
    assert len(story.rows()) <= 4
    story.receiver.answers = []
    story.scene.clock.advance(timedelta(hours=2))
    story.work()
    assert story.receiver.positions == list(range(1, 61))


def test_a_worker_that_died_after_the_delivery_sends_what_comes_next(story: Story) -> None:
    """The mark of the outbox is lost, the position is not."""
    story.scene.write(2)
    story.scene.chain()
    story.sending.offer()
    (row,) = story.rows()
    attempt = attempt_of(row, story)
    story.sending.deliver({}, attempt)
    story.scene.write(2)
    story.scene.chain()
    story.scene.clock.advance(timedelta(minutes=2))
    story.work()
    assert story.receiver.positions == [1, 2, 3, 4]


def test_a_worker_that_died_before_the_position_moved_sends_the_same_again(story: Story) -> None:
    story.scene.write(2)
    story.scene.chain()
    story.sending.offer()
    with story.scene.database.reading() as db:
        assert sent(db) == 0
    (row,) = story.rows()
    first, second = attempt_of(row, story), attempt_of(row, story)
    story.sending.deliver({}, first)
    with story.scene.database.transaction() as db:
        db.exec_driver_sql("UPDATE audit_sent SET position = 0")
    story.sending.deliver({}, second)
    assert story.receiver.positions == [1, 2, 1, 2]


def attempt_of(row: Any, story: Story) -> Attempt:
    return Attempt(row.id, row.kind, row.target, 1, row.created_at, story.scene.clock.now())


def test_two_workers_have_one_delivery_under_way(story: Story) -> None:
    story.scene.write(2)
    story.scene.chain()
    assert [story.sending.offer(), story.sending.offer()] == [1, 0]
    assert len(story.rows()) == 1


def test_an_entry_that_was_removed_is_told_as_such(story: Story) -> None:
    story.scene.write(3)
    story.scene.chain()
    with story.scene.tampering() as db:
        second = db.scalars(select(audit_entries.c.id).order_by(audit_entries.c.id)).all()[1]
        db.execute(delete(audit_entries).where(audit_entries.c.id == second))
    story.work()
    told = story.receiver.got[0]["entries"][1]
    assert (told["id"], told["removed"], told["position"]) == (second, True, 2)


def test_a_trail_that_was_cut_is_sent_from_where_it_begins(story: Story) -> None:
    story.scene.write(3)
    story.scene.chain()
    story.scene.clock.advance(timedelta(days=2))
    assert isinstance(story.scene.cut(story.scene.clock.now() - timedelta(days=1)), Cut)
    story.scene.chain()
    story.work()
    assert story.receiver.positions == [4]
