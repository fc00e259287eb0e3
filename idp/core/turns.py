"""Writing to SQLite in turns.

SQLite has one writer, who waits for the disk at every commit. The threads of this process therefore queue here instead of in
SQLite, which would let them poll, and whoever comes while a transaction is open joins it within a savepoint. The last of the
queue commits for all: one wait for the disk instead of many. No thread goes on before its own part is on the disk.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Any

from sqlalchemy import Connection, Engine

from idp.core.errors import Unavailable

MOST_TOGETHER = 32
PATIENCE_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 0.05


class _Shared:
    """A transaction that several threads write to, one after another."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.transaction = connection.begin()
        self._driver: Any = connection.connection.driver_connection
        self.parts = 0
        self.over = Event()
        self.lost = False

    @property
    def is_whole(self) -> bool:
        """Whether SQLite still has it. A full disk makes SQLite undo everything by itself."""
        return bool(self._driver.in_transaction)

    def tell(self, statement: str) -> None:
        """Runs a statement about savepoints, past SQLAlchemy, which keeps none of its own open here."""
        try:
            self._driver.execute(statement)
        except sqlite3.Error as error:
            raise Unavailable(f"a part of a transaction failed: {type(error).__name__}") from error

    def commit(self) -> None:
        """Puts all parts on the disk."""
        try:
            self.transaction.commit()
        except BaseException:
            self.lost = True
            # What could not be committed is still open in the driver: this connection must never be used again.
            self.connection.invalidate()
            raise
        finally:
            self._leave()

    def abandon(self) -> None:
        """Undoes all parts."""
        self.lost = True
        try:
            self.transaction.rollback()
        finally:
            self._leave()

    def _leave(self) -> None:
        self.connection.close()
        self.over.set()


class Turns:
    """Transactions on one SQLite database, for the threads of this process, which wait `patience` seconds for their turn."""

    def __init__(self, engine: Engine, patience: float = PATIENCE_SECONDS) -> None:
        self._engine = engine
        self._patience = patience
        self._turn = Lock()
        self._counting = Lock()
        self._queue = 0
        self._open: _Shared | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A turn to write. What the block writes is committed, whole, when this returns, and undone where the block raises.

        Raises `Unavailable` where the queue is too long, or the commit failed.
        """
        self._take_turn()
        try:
            shared = self._open or self._begin()
            first = shared.parts == 0
            try:
                if not first:
                    shared.tell("SAVEPOINT part")
                yield shared.connection
                if not first:
                    shared.tell("RELEASE part")
                shared.parts += 1
            except BaseException:
                self._undo(shared, first)
                raise
            finally:
                self._pass_on()
        finally:
            self._turn.release()
        self._await(shared)

    def _take_turn(self) -> None:
        with self._counting:
            self._queue += 1
        try:
            if not self._turn.acquire(timeout=self._patience):
                raise Unavailable("too many threads wait to write")
        finally:
            with self._counting:
                self._queue -= 1

    def _begin(self) -> _Shared:
        connection = self._engine.connect()
        try:
            self._open = _Shared(connection)
        except BaseException:
            connection.close()
            raise
        return self._open

    def _undo(self, shared: _Shared, first: bool) -> None:
        if first or not shared.is_whole:
            self._open = None
            shared.abandon()
        else:
            shared.tell("ROLLBACK TO part")
            shared.tell("RELEASE part")

    def _pass_on(self) -> None:
        shared = self._open
        if shared is not None and (self._queue == 0 or shared.parts >= MOST_TOGETHER):
            self._open = None
            shared.commit()

    def _await(self, shared: _Shared) -> None:
        while not shared.over.wait(LOOK_AGAIN_SECONDS):
            # Whoever was next in the queue may have given up.
            if self._turn.acquire(blocking=False):
                try:
                    if self._open is shared:
                        self._open = None
                        shared.commit()
                finally:
                    self._turn.release()
        if shared.lost:
            raise Unavailable("what was written with others could not be committed")
