"""What the portal remembers: one small SQLite file, shared by all threads and processes of the portal."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    digest BLOB PRIMARY KEY, sub TEXT NOT NULL, sid TEXT, name TEXT NOT NULL, csrf TEXT NOT NULL,
    started_at REAL NOT NULL, seen_at REAL NOT NULL, id_token TEXT NOT NULL,
    access_token TEXT NOT NULL, refresh_token TEXT, expires_at REAL NOT NULL,
    version INTEGER NOT NULL DEFAULT 0, leased_until REAL NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_by_sub ON sessions (sub);
CREATE TABLE IF NOT EXISTS parked (
    browser BLOB NOT NULL, state TEXT NOT NULL, data TEXT NOT NULL, expires_at REAL NOT NULL,
    PRIMARY KEY (browser, state)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS drafts (
    id TEXT PRIMARY KEY, sub TEXT NOT NULL, agreement TEXT NOT NULL, pence INTEGER NOT NULL CHECK (pence > 0),
    state TEXT NOT NULL, reference TEXT, paid_on TEXT, expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS logout_tokens (jti TEXT PRIMARY KEY, expires_at REAL NOT NULL) WITHOUT ROWID;
"""


class Store:
    """A pool of connections to a database file with `schema`; every statement is its own transaction."""

    def __init__(self, path: Path, schema: str = SCHEMA) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Tokens lie in this file: it is made for its owner alone before SQLite first writes to it.
        path.touch(mode=0o600, exist_ok=True)
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        with self.connection() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(schema)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in autocommit mode, for this thread alone."""
        try:
            db = self._idle.pop()
        except IndexError:
            db = self._open()
        try:
            yield db
        finally:
            self._idle.append(db)

    def close(self) -> None:
        """Close every connection that is not in use."""
        while self._idle:
            self._idle.pop().close()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=5.0, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous = NORMAL")
        return db


def digest(handle: str) -> bytes:
    """Return what is stored of a handle: a copy of the file must not open a session."""
    return hashlib.sha256(handle.encode()).digest()
