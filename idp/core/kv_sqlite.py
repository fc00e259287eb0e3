"""The KV in an SQLite file of its own: each operation is one statement, so each is atomic between processes."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from idp.core.clock import Clock
from idp.core.errors import Unavailable
from idp.core.kv import fits

SCHEMA = "CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value BLOB NOT NULL, ends INTEGER NOT NULL) WITHOUT ROWID"
INDEX = "CREATE INDEX IF NOT EXISTS kv_ends ON kv (ends)"
SET = "INSERT INTO kv VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value, ends = excluded.ends"
GET = "SELECT value FROM kv WHERE key = ? AND ends > ?"
TAKE = "DELETE FROM kv WHERE key = ? RETURNING value, ends"
ADD = SET + " WHERE kv.ends <= ? RETURNING 1"
INCR = """
INSERT INTO kv VALUES (:key, CAST(:by AS BLOB), :ends) ON CONFLICT (key) DO UPDATE SET
  value = CASE WHEN kv.ends <= :now THEN excluded.value ELSE CAST(CAST(kv.value AS INTEGER) + :by AS BLOB) END,
  ends = CASE WHEN kv.ends <= :now THEN excluded.ends ELSE kv.ends END
RETURNING CAST(value AS INTEGER)
"""
DELETE = "DELETE FROM kv WHERE key = ?"
PURGE = "DELETE FROM kv WHERE ends <= ?"
PING = "SELECT key FROM kv LIMIT 1"
BUSY_MS = 1000
READS = frozenset({GET, PING})


class SqliteKV:
    """A KV in the file at `path`, made when missing. What ends is decided by `clock`; `failed` is called at each fault."""

    def __init__(self, path: str, clock: Clock, failed: Callable[[], None] = lambda: None) -> None:
        self._failed = failed
        self._path = path
        self._clock = clock
        self._local = threading.local()
        self._turn = threading.Lock()

    def set(self, key: str, value: bytes, ttl: timedelta) -> None:
        fits(value, ttl)
        self._run(SET, (key, value, self._end(ttl)))

    def get(self, key: str) -> bytes | None:
        rows = self._run(GET, (key, _ms(self._clock.now())))
        return bytes(rows[0][0]) if rows else None

    def take(self, key: str) -> bytes | None:
        rows = self._run(TAKE, (key,))
        return bytes(rows[0][0]) if rows and rows[0][1] > _ms(self._clock.now()) else None

    def add(self, key: str, value: bytes, ttl: timedelta) -> bool:
        fits(value, ttl)
        return bool(self._run(ADD, (key, value, self._end(ttl), _ms(self._clock.now()))))

    def incr(self, key: str, ttl: timedelta, by: int = 1) -> int:
        fits(b"", ttl)
        named = {"key": key, "by": by, "ends": self._end(ttl), "now": _ms(self._clock.now())}
        return int(self._run(INCR, named)[0][0])

    def delete(self, key: str) -> None:
        self._run(DELETE, (key,))

    def ping(self) -> None:
        self._run(PING, ())

    def version(self) -> tuple[str, str]:
        return "SQLite as KV", sqlite3.sqlite_version

    def purge(self, now: datetime) -> int:
        with self._connection() as connection, self._turn_for(PURGE):
            return connection.execute(PURGE, (_ms(now),)).rowcount

    def _end(self, ttl: timedelta) -> int:
        return _ms(self._clock.now() + ttl)

    def _run(self, statement: str, arguments: Any) -> list[Any]:
        with self._connection() as connection, self._turn_for(statement):
            return connection.execute(statement, arguments).fetchall()

    @contextmanager
    def _turn_for(self, statement: str) -> Iterator[None]:
        """Threads of this process write one after the other: in SQLite they would poll for their turn, and the last in luck
        would wait until it gives up. Other processes it does let poll."""
        if statement in READS:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_MS / 1000):
            raise Unavailable(f"too many threads wait to write to the KV file {self._path}")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._mine()
        except (sqlite3.Error, OSError) as error:
            self._local.held = None  # a connection that failed may be broken for good: the next call opens anew
            self._failed()
            raise Unavailable(f"the KV file {self._path} does not answer: {error}") from error
        except Unavailable:
            self._failed()
            raise

    def _mine(self) -> sqlite3.Connection:
        held: _Held | None = getattr(self._local, "held", None)
        # An SQLite connection must not cross a fork, nor outlive its file: another process may have made the file anew.
        if held is None or held.pid != os.getpid() or held.file != _identity(self._path):
            held = self._local.held = _Held(self._path)
        return held.connection


class _Held:
    """A connection of one thread in one process, closed with its thread."""

    __slots__ = ("connection", "file", "pid")

    def __init__(self, path: str) -> None:
        self.pid = os.getpid()
        self.connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
        with _alone_in(os.path.dirname(path) or "."):
            for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", SCHEMA, INDEX):
                self.connection.execute(statement).fetchall()
        self.file = _identity(path)

    def __del__(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()


@contextmanager
def _alone_in(directory: str) -> Iterator[None]:
    """One opener at a time, of all threads and processes: the change to WAL needs the file alone, and SQLite,
    for fear of a deadlock, fails there at once instead of waiting."""
    held = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
