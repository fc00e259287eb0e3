"""`idp serve`: workers that share a port, end with their work done, and never outlive the first process."""

import json
import os
import signal
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from idp.cli.server import DRAIN_SECONDS
from tests.drivers.command_line import CommandLine, Running
from tests.servers import free_port, wait_until
from tests.unit.cli.slow_server import SLOW_SECONDS, SlowServer


def answers(port: int, path: str = "/health/ready") -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status == 200


def port_of(idp: CommandLine) -> int:
    return int(idp.environment["IDP_LISTEN"].rpartition(":")[2])


def workers_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def up(running: Running, port: int) -> list[int]:
    """Waits until it serves; its workers."""

    def ready() -> bool:
        assert running.runs, running.err
        return answers(port)

    wait_until(ready, OSError, HTTPException)
    return workers_of(running.pid)


def is_gone(pid: int) -> Callable[[], bool]:
    return lambda: not Path(f"/proc/{pid}").exists() or "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()


def test_it_serves_with_two_workers_and_ends_when_asked(idp: CommandLine) -> None:
    serving = idp.start("serve")
    workers = up(serving, port_of(idp))
    assert len(workers) == 2
    ended = serving.end(signal.SIGTERM)
    assert (ended.code, ended.out) == (0, "")
    assert all(is_gone(pid)() for pid in workers)
    said = [json.loads(line)["event"] for line in ended.err.splitlines()]
    assert (said[0], set(said[1:])) == ("serving", {"request"})


def test_ctrl_c_ends_it_too(idp: CommandLine) -> None:
    serving = idp.start("serve")
    up(serving, port_of(idp))
    assert serving.end(signal.SIGINT).code == 0


def test_a_second_one_on_the_same_port_is_refused(idp: CommandLine) -> None:
    serving = idp.start("serve")
    up(serving, port_of(idp))
    assert idp.run("serve").code == 75
    assert serving.end().code == 0


def test_an_algorithm_that_a_version_brings_has_a_key_before_the_port_is_opened(idp: CommandLine, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "idp.db")) as db:
        db.execute("DELETE FROM signing_keys WHERE alg = 'PS256'")
        db.commit()
    with socket.create_server(("127.0.0.1", port_of(idp))):
        assert idp.run("serve").code == 75
    assert [key["state"] for key in json.loads(idp.must("keys", "list", "--json")) if key["alg"] == "PS256"] == ["signing"]


def test_a_worker_that_dies_is_replaced(idp: CommandLine) -> None:
    serving = idp.start("serve")
    first, second = up(serving, port_of(idp))
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(workers_of(serving.pid)) == 2 and first not in workers_of(serving.pid))
    assert second in workers_of(serving.pid)
    up(serving, port_of(idp))
    assert serving.end().code == 0


def test_an_order_to_stop_reaches_a_worker_that_is_just_born(idp: CommandLine) -> None:
    serving = idp.start("serve")
    first, _ = up(serving, port_of(idp))
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: len(workers_of(serving.pid)) == 2 and first not in workers_of(serving.pid), pause=0)
    asked = time.monotonic()
    assert serving.end().code == 0
    assert time.monotonic() - asked < DRAIN_SECONDS / 2, "it was waited for, and killed"


def test_workers_die_with_the_first_process(idp: CommandLine) -> None:
    serving = idp.start("serve")
    workers = up(serving, port_of(idp))
    os.kill(serving.pid, signal.SIGKILL)
    for pid in workers:
        wait_until(is_gone(pid))
    serving.wait()


def test_a_request_under_way_is_finished() -> None:
    port = free_port()
    with SlowServer(port) as server, closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        wait_until(lambda: answers(port, "/"), OSError, HTTPException)
        connection.request("GET", "/slow")
        time.sleep(SLOW_SECONDS / 4)
        server.ask_to_end()
        assert connection.getresponse().read() == b"done"
        assert server.wait() == 0
