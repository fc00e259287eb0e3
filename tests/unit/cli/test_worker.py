"""`idp worker`: every chore is done, and one that fails leaves the others alone."""

import json
import signal
from pathlib import Path
from threading import Event

import pytest

from idp.cli.worker import Chore, do
from idp.core.errors import IdpError, Unavailable
from tests.drivers.command_line import CommandLine
from tests.servers import wait_until


def test_it_chains_the_trail_and_ends_when_asked(idp: CommandLine) -> None:
    working = idp.start("worker")
    wait_until(lambda: '"audit_head"' in working.err)
    assert working.end(signal.SIGTERM).code == 0
    lines = [json.loads(line) for line in working.err.splitlines()]
    head = next(line["head"] for line in lines if line["event"] == "audit_head")
    assert idp.must("audit", "verify", "--head", head) == "The trail is whole.\n"
    assert {line["level"] for line in lines} == {"info"}


def test_two_workers_share_the_work(idp: CommandLine) -> None:
    both = [idp.start("worker"), idp.start("worker")]
    wait_until(lambda: any('"audit_head"' in one.err for one in both))
    idp.must("client", "disable", "portal")
    wait_until(lambda: sum(one.err.count('"audit_head"') for one in both) == 2)
    assert [one.end().code for one in both] == [0, 0]
    assert "whole" in idp.must("audit", "verify")


def test_it_waits_for_a_kv_that_is_away(idp: CommandLine, tmp_path: Path) -> None:
    idp.environment["IDP_KV_URL"] = f"sqlite:///{tmp_path}/missing/kv.db"
    working = idp.start("worker")
    wait_until(lambda: '"chore_put_off"' in working.err and '"audit_head"' in working.err)
    assert working.runs
    assert working.end().code == 0


def test_a_full_batch_is_followed_by_the_next_at_once() -> None:
    left = [10, 10, 3, 10]
    do(Chore("sweep", 5, lambda: left.pop(0), batch=10), Event())
    assert left == [10]


def test_it_stops_between_two_batches() -> None:
    stop, left = Event(), [10, 10]

    def act() -> int:
        stop.set()
        return left.pop()

    do(Chore("sweep", 5, act, batch=10), stop)
    assert left == [10]


@pytest.mark.parametrize("error", [Unavailable("away"), IdpError("broken"), ValueError("a defect")])
def test_a_chore_that_fails_is_logged(error: Exception) -> None:
    def act() -> int:
        raise error

    do(Chore("sweep", 5, act), Event())
