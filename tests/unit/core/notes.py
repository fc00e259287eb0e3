"""A SQLite database with one table, for tests of how threads write to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text

TABLE = "CREATE TABLE notes (word TEXT PRIMARY KEY, answers TEXT REFERENCES notes DEFERRABLE INITIALLY DEFERRED)"


class Commits:
    """Counts what reaches the disk through connections that are opened from now on."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0
        event.listen(engine, "connect", self._watch)

    def _watch(self, connection: Any, _record: Any) -> None:
        connection.set_trace_callback(self._count)

    def _count(self, statement: str) -> None:
        self.count += statement == "COMMIT"


@contextmanager
def a_database_of_notes(folder: Path, patience: float = 5.0) -> Iterator[Engine]:
    """Its engine, with nothing open yet; SQLite waits `patience` seconds for other processes."""
    engine = create_engine(f"sqlite:///{folder}/notes.db", connect_args={"check_same_thread": False, "timeout": patience})

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")

    with engine.begin() as db:
        db.execute(text(TABLE))
    engine.dispose()
    yield engine
    engine.dispose()


def add(db: Any, word: str, answers: str | None = None) -> None:
    """A note; SQLite refuses to commit one that answers a note which is not there."""
    db.execute(text("INSERT INTO notes VALUES (:word, :answers)"), {"word": word, "answers": answers})


def words(engine: Engine) -> set[str]:
    """What is committed, as a stranger sees it."""
    driver = engine.raw_connection()
    try:
        return {row[0] for row in driver.cursor().execute("SELECT word FROM notes").fetchall()}
    finally:
        driver.close()
