"""One contract for both stores."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from idp.core.clock import SystemClock
from idp.core.errors import Misconfigured
from idp.core.kv import KV, LARGEST, epoch, open_kv
from tests.builders import TestClock
from tests.servers import RedisServer, wait_until
from tests.unit.core.contender import KEYS

BRIEF = timedelta(seconds=10)
LONG = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Store:
    kv: KV
    url: str
    clock: TestClock

    def wait(self, by: timedelta) -> None:
        """Lets time pass: ours is moved, and what Redis still gives each key is shortened."""
        self.clock.advance(by)
        if self.url.startswith("redis"):
            with redis.Redis.from_url(self.url) as direct:
                for key in direct.scan_iter():
                    direct.pexpire(key, direct.pttl(key) - by // timedelta(milliseconds=1))


@pytest.fixture
def store(kv_url: str) -> Store:
    clock = TestClock()
    return Store(open_kv(kv_url, clock), kv_url, clock)


def test_a_value_is_kept_until_it_ends(store: Store) -> None:
    assert store.kv.get("k") is None
    store.kv.set("k", b"\x00\xffvalue", BRIEF)
    assert store.kv.get("k") == b"\x00\xffvalue"
    store.wait(2 * BRIEF)
    assert store.kv.get("k") is None
    assert store.kv.take("k") is None


def test_set_replaces_the_value_and_its_end(store: Store) -> None:
    store.kv.set("k", b"old", BRIEF)
    store.kv.set("k", b"new", LONG)
    store.wait(2 * BRIEF)
    assert store.kv.get("k") == b"new"


def test_take_is_get_once(store: Store) -> None:
    store.kv.set("k", b"v", LONG)
    assert [store.kv.take("k"), store.kv.take("k"), store.kv.get("k")] == [b"v", None, None]


def test_add_stores_only_where_nothing_lives(store: Store) -> None:
    assert store.kv.add("k", b"first", BRIEF)
    assert not store.kv.add("k", b"second", LONG)
    assert store.kv.get("k") == b"first"
    store.wait(2 * BRIEF)
    assert store.kv.add("k", b"third", LONG)
    assert store.kv.get("k") == b"third"


def test_the_window_of_a_counter_begins_with_the_first_count(store: Store) -> None:
    window = 4 * BRIEF
    assert [store.kv.incr("n", window), store.kv.incr("n", window, 3), store.kv.incr("n", window, -1)] == [1, 4, 3]
    store.wait(3 * BRIEF)
    assert store.kv.incr("n", window) == 4
    store.wait(2 * BRIEF)
    assert store.kv.incr("n", window) == 1


def test_a_counter_reads_as_digits(store: Store) -> None:
    store.kv.incr("n", LONG, 41)
    store.kv.incr("n", LONG)
    assert store.kv.get("n") == b"42"


def test_delete_forgets_and_does_not_mind_absence(store: Store) -> None:
    store.kv.set("k", b"v", LONG)
    store.kv.delete("k")
    store.kv.delete("k")
    assert store.kv.get("k") is None


def test_keys_and_values_may_hold_anything(store: Store) -> None:
    keys = ["", "ключ", "a b\r\nDEL x", "k" * 2000, "'; DROP TABLE kv; --", "a\x00b"]
    for number, key in enumerate(keys):
        store.kv.set(key, bytes([number]), LONG)
    assert [store.kv.get(key) for key in keys] == [bytes([number]) for number in range(len(keys))]
    store.kv.set("empty", b"", LONG)
    assert store.kv.take("empty") == b""


def test_a_value_has_a_size_and_an_end(store: Store) -> None:
    store.kv.set("k", b"x" * LARGEST, LONG)
    for wrong in (lambda: store.kv.set("k", b"x" * (LARGEST + 1), LONG), lambda: store.kv.add("j", b"x", timedelta(0))):
        with pytest.raises(ValueError, match="value"):
            wrong()
    with pytest.raises(ValueError, match="time to live"):
        store.kv.incr("n", -LONG)


def test_redis_ends_values_by_itself(redis_server: RedisServer) -> None:
    kv = open_kv(redis_server.url, TestClock())
    kv.set("k", b"v", timedelta(milliseconds=20))
    kv.incr("n", timedelta(milliseconds=20))
    wait_until(lambda: kv.get("k") is None and kv.get("n") is None)


def test_purge_removes_only_what_ended(store: Store) -> None:
    store.kv.set("ended", b"v", BRIEF)
    store.kv.set("lives", b"v", LONG)
    store.wait(2 * BRIEF)
    assert store.kv.purge(store.clock.now()) == (0 if store.url.startswith("redis") else 1)
    assert store.kv.get("lives") == b"v"


def test_ping_answers(store: Store) -> None:
    store.kv.ping()


def _of_many(work: Callable[[int], int]) -> int:
    with ThreadPoolExecutor(8) as threads:
        return sum(threads.map(work, range(8)))


def test_threads_take_and_add_each_key_once(store: Store) -> None:
    for number in range(50):
        store.kv.set(f"take{number}", b"v", LONG)
    assert _of_many(lambda _: sum(store.kv.take(f"take{number}") is not None for number in range(50))) == 50
    assert _of_many(lambda _: sum(store.kv.add(f"add{number}", b"v", LONG) for number in range(50))) == 50


def test_processes_take_add_and_count_each_once(kv_url: str) -> None:
    kv = open_kv(kv_url, SystemClock())
    for number in range(KEYS):
        kv.set(f"take{number}", b"v", LONG)
    command = [sys.executable, "-m", "tests.unit.core.contender", kv_url]
    contenders = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    results = [[int(word) for word in contender.communicate()[0].split()] for contender in contenders]
    assert [sum(column) for column in zip(*results, strict=True)] == [KEYS, KEYS]
    assert kv.get("count") == str(3 * KEYS).encode()


def test_the_epoch_stays_while_the_store_remembers(store: Store) -> None:
    began = store.clock.now()
    assert epoch(store.kv, store.clock) == began
    store.clock.advance(timedelta(hours=1))
    assert epoch(store.kv, store.clock) == began
    assert epoch(open_kv(store.url, store.clock), store.clock) == began


def test_an_emptied_sqlite_store_has_a_new_epoch(tmp_path: Path) -> None:
    clock = TestClock()
    kv = open_kv(f"sqlite:///{tmp_path}/kv.db", clock)
    epoch(kv, clock)
    clock.advance(LONG)
    with sqlite3.connect(f"{tmp_path}/kv.db") as direct:
        direct.execute("DELETE FROM kv")
    direct.close()
    assert epoch(kv, clock) == clock.now()


def test_an_emptied_redis_has_a_new_epoch(redis_server: RedisServer) -> None:
    clock = TestClock()
    kv = open_kv(redis_server.url, clock)
    epoch(kv, clock)
    clock.advance(LONG)
    with redis.Redis(port=redis_server.port) as direct:
        direct.flushall()
    assert epoch(kv, clock) == clock.now()


@pytest.mark.parametrize("url", ["", "memory:", "sqlite://kv.db", "sqlite:///relative.db", "mysql://x/y", "redis://host:port"])
def test_another_address_is_refused_with_advice(url: str) -> None:
    with pytest.raises(Misconfigured, match="IDP_KV_URL"):
        open_kv(url, TestClock())
