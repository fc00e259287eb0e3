"""The receiver of the audit trail refuses, hangs and starts anew, and the worker dies in the middle: nothing is lost (S4)."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from idp.core.audit_sending import KIND
from idp.core.outbox import outbox
from tests.drivers.stack import Stack
from tests.faults.conftest import STORES, stack_on
from tests.faults.listener import Listener
from tests.servers import free_port, wait_until

SECRET = "thirty-two characters of a secret"


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(params=STORES)
def stack(request: pytest.FixtureRequest, tmp_path: Path, port: int) -> Iterator[Stack]:
    url = f"http://127.0.0.1:{port}/trail"
    with stack_on(request.param, request, tmp_path, audit_webhook_url=url, audit_webhook_secret=SECRET) as running:
        yield running


def tries(stack: Stack) -> int:
    return max((row.tries for row in stack.rows("outbox") if row.kind == KIND), default=0)


def try_now(stack: Stack) -> None:
    """The pause until the next try, and the lease of who died, have passed."""
    with stack.house.ground.database.transaction() as db:
        waiting = outbox.c.delivered_at.is_(None)
        db.execute(update(outbox).where(waiting).values(next_try_at=stack.clock.now(), lease_until=None))


def positions(receiver: Listener) -> list[int]:
    return [entry["position"] for _, body in receiver.posts for entry in json.loads(body)["entries"]]


def all_sent(stack: Stack) -> bool:
    links = {row.position for row in stack.rows("audit_links")}
    entries, sent = len(stack.rows("audit_entries")), stack.rows("audit_sent")
    return len(links) == entries and bool(sent) and sent[0].position == max(links)


def test_nothing_is_lost_to_a_receiver_in_trouble_nor_to_a_dead_worker(stack: Stack, port: int) -> None:
    stack.deliver()
    wait_until(lambda: tries(stack) >= 1)  # nobody listens yet
    stack.add_customer("ana")
    with Listener(held=True, port=port) as hanging:
        try_now(stack)
        hanging.wait()
        assert stack.deliverer is not None
        stack.deliverer.end(signal.SIGKILL)
        first = json.loads(hanging.posts[0][1])["first"]
    assert first == 1
    stack.add_customer("ben")
    with Listener(port=port) as receiver:
        stack.deliver()
        try_now(stack)
        wait_until(lambda: all_sent(stack))
        headers, _ = receiver.posts[0]
        assert re.fullmatch(r"t=\d{10},v1=[0-9a-f]{64}", headers["IDP-Signature"])
        assert positions(receiver) == list(range(1, len(stack.rows("audit_links")) + 1))
    assert stack.command_line.must("audit", "verify").startswith("The trail is whole")
