"""Writing to SQLite in turns.

SQLite has one writer. The threads of this process queue here instead of in SQLite, which would let them poll, and share one
connection, kept open. Its transactions are begun and ended on the driver: SQLAlchemy's pool and its own transactions would cost
more than the statements between them.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from idp.core.errors import Unavailable

PATIENCE_SECONDS = 5.0
# An execution option: on this connection SQLAlchemy must begin nothing by itself.
NO_BEGIN = "idp_no_begin"


class Writer:
    """The connection that everybody writes through."""

    def __init__(self, engine: Engine) -> None:
        self.connection = engine.connect().execution_options(**{NO_BEGIN: True})
        self.connection.begin()  # it says BEGIN to nobody; whoever asks SQLAlchemy learns that a transaction is under way
        driver: Any = self.connection.connection.driver_connection
        self._driver = driver
        # What undoes a statement that fails: a file would be written to twice for each page that is touched.
        self._driver.execute("PRAGMA temp_store=MEMORY")

    @property
    def in_transaction(self) -> bool:
        """Whether SQLite still has one open. A full disk makes SQLite undo everything by itself."""
        return bool(self._driver.in_transaction)

    @property
    def is_usable(self) -> bool:
        """Whether it may serve another turn: not where it is closed, or holds what could not even be undone."""
        try:
            return not self.connection.invalidated and not self.in_transaction
        except sqlite3.Error:
            return False

    def tell(self, statement: str) -> None:
        """Runs a statement about transactions. Raises `Unavailable` where SQLite refuses."""
        try:
            self._driver.execute(statement)
        except sqlite3.Error as error:
            raise Unavailable(f"{statement} failed: {type(error).__name__}") from error


class Turns:
    """Transactions on one SQLite database, for the threads of this process, which wait `patience` seconds for their turn."""

    def __init__(self, engine: Engine, patience: float = PATIENCE_SECONDS) -> None:
        self._engine = engine
        self._patience = patience
        self._turn = Lock()
        self._writer: Writer | None = None

    @contextmanager
    def turn(self) -> Iterator[Writer]:
        """A turn to write. What the block writes is committed when it ends well, and undone where it raises.

        Raises `Unavailable` where the queue is too long, SQLite is held by another process, or the commit fails.
        """
        if not self._turn.acquire(timeout=self._patience):
            raise Unavailable("too many threads wait to write")
        try:
            writer = self._ready()
            writer.tell("BEGIN IMMEDIATE")
            try:
                yield writer
                writer.tell("COMMIT")
            except BaseException:
                if writer.in_transaction:
                    writer.tell("ROLLBACK")
                raise
        finally:
            self._turn.release()

    def close(self) -> None:
        """Closes the connection; the next turn opens another."""
        with self._turn:
            if self._writer is not None:
                self._writer.connection.close()
                self._writer = None

    def _ready(self) -> Writer:
        if self._writer is not None and not self._writer.is_usable:
            broken, self._writer = self._writer, None
            with suppress(SQLAlchemyError, sqlite3.Error):
                broken.connection.invalidate()
        if self._writer is None:
            self._writer = Writer(self._engine)
        return self._writer
