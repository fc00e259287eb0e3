"""What goes wrong with a store is `Unavailable`, soon, and over when the store is back."""

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from idp.core.clock import SystemClock
from idp.core.errors import Unavailable
from idp.core.kv import KV, open_kv
from tests.servers import RedisServer, free_port

LONG = timedelta(minutes=5)
OPERATIONS: dict[str, Callable[[KV], object]] = {
    "set": lambda kv: kv.set("k", b"v", LONG),
    "get": lambda kv: kv.get("k"),
    "take": lambda kv: kv.take("k"),
    "add": lambda kv: kv.add("k", b"v", LONG),
    "incr": lambda kv: kv.incr("n", LONG),
    "delete": lambda kv: kv.delete("k"),
    "ping": lambda kv: kv.ping(),
}
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)


def refused(kv: KV, operation: Callable[[KV], object]) -> float:
    began = time.monotonic()
    with pytest.raises(Unavailable):
        operation(kv)
    return time.monotonic() - began


@contextmanager
def a_server_that_says(answer: bytes | None) -> Iterator[str]:
    """A server that answers whatever it is asked with `answer`, or never if None."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            held = []
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    break
                held.append(connection)
                if answer is not None:
                    connection.recv(4096)
                    connection.sendall(answer)
            for connection in held:
                connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


@every_operation
def test_a_redis_that_is_not_there(operation: Callable[[KV], object]) -> None:
    assert refused(open_kv(f"redis://127.0.0.1:{free_port()}", SystemClock()), operation) < 3


@every_operation
def test_a_redis_that_hangs(operation: Callable[[KV], object]) -> None:
    with a_server_that_says(None) as url:
        assert refused(open_kv(url, SystemClock()), operation) < 3


@pytest.mark.parametrize(
    "garbage", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\xff\xfe" * 9, b"*-7\r\n", b":12x\r\n", b"$5\r\nab\r\n", b""]
)
@pytest.mark.parametrize("operation", [OPERATIONS[name] for name in ("get", "add", "incr")])
def test_a_redis_that_answers_garbage(operation: Callable[[KV], object], garbage: bytes) -> None:
    with a_server_that_says(garbage) as url:
        refused(open_kv(url, SystemClock()), operation)


def test_a_redis_that_restarts_is_used_again_at_once(redis_server: RedisServer) -> None:
    kv = open_kv(redis_server.url, SystemClock())
    kv.set("k", b"v", LONG)
    redis_server.stop()
    try:
        refused(kv, kv_get := OPERATIONS["get"])
    finally:
        redis_server.start()
    assert kv_get(kv) is None
    assert kv.incr("n-after-restart", LONG) == 1


def test_a_redis_out_of_memory(redis_server: RedisServer) -> None:
    kv = open_kv(redis_server.url, SystemClock())
    with redis.Redis(port=redis_server.port) as direct:
        direct.config_set("maxmemory", "1")
        try:
            refused(kv, OPERATIONS["add"])
        finally:
            direct.config_set("maxmemory", "0")
    assert kv.add("after", b"v", LONG)


@every_operation
def test_an_sqlite_file_that_is_none(operation: Callable[[KV], object], tmp_path: Path) -> None:
    (tmp_path / "kv.db").write_bytes(b"not a database, by any means\n" * 100)
    refused(open_kv(f"sqlite:///{tmp_path}/kv.db", SystemClock()), operation)


def test_an_sqlite_file_in_no_folder(tmp_path: Path) -> None:
    refused(open_kv(f"sqlite:///{tmp_path}/missing/kv.db", SystemClock()), OPERATIONS["set"])


def test_an_sqlite_file_locked_by_another(tmp_path: Path) -> None:
    kv = open_kv(f"sqlite:///{tmp_path}/kv.db", SystemClock())
    kv.ping()
    other = sqlite3.connect(tmp_path / "kv.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert refused(kv, OPERATIONS["set"]) < 3
    assert kv.get("k") is None  # readers are not stopped by a writer
    other.execute("ROLLBACK")
    other.close()
    kv.set("k", b"v", LONG)


def test_an_sqlite_file_that_was_removed_is_made_anew(tmp_path: Path) -> None:
    kv = open_kv(f"sqlite:///{tmp_path}/kv.db", SystemClock())
    kv.set("k", b"v", LONG)
    for file in tmp_path.iterdir():
        file.unlink()
    assert kv.get("k") is None
    assert kv.add("k", b"v", LONG)
    assert (tmp_path / "kv.db").exists()


def test_a_forked_process_opens_its_own_connection(tmp_path: Path) -> None:
    kv = open_kv(f"sqlite:///{tmp_path}/kv.db", SystemClock())
    kv.incr("n", LONG)
    child = os.fork()
    if child == 0:
        try:
            ok = kv.incr("n", LONG) == 2
        finally:
            os._exit(0 if ok else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert kv.incr("n", LONG) == 3


def test_many_may_open_a_file_that_nobody_has_made_yet(tmp_path: Path) -> None:
    def opened(kv: KV, together: threading.Barrier) -> int:
        together.wait(timeout=30)
        return kv.incr("k", timedelta(minutes=1))

    for number in range(40):  # one round in ten failed when the openers were not kept apart
        kv, together = open_kv(f"sqlite:///{tmp_path}/{number}.db", SystemClock()), threading.Barrier(16)
        with ThreadPoolExecutor(16) as threads:
            counts = [threads.submit(opened, kv, together) for _ in range(16)]
        assert sorted(count.result() for count in counts) == list(range(1, 17))
