"""What tests start from: a clock that is moved by hand, a database with every table, a subject."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import Connection, Dialect

from idp.core.database import Database, metadata, open_database
from idp.core.events import Bus, Event
from idp.factors.hash_slots import HashSlots
from idp.factors.password_hash import PasswordHasher
from idp.subjects.closed_names import ClosedNames
from idp.subjects.subjects import NewSubject, Subject, Subjects

ANA_PASSWORD = "lantern orbit mosaic 7"
BEGINNING = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
NAMES = ClosedNames(bytes(32))


class TestClock:
    """Stands still until it is moved."""

    __test__ = False

    def __init__(self, at: datetime = BEGINNING) -> None:
        self._now = at

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


class Witness:
    """A subscriber that remembers what was recorded."""

    def __init__(self, bus: Bus) -> None:
        self.events: list[Event] = []
        bus.subscribe(Event, self._see)

    def _see(self, _db: Connection, event: Event) -> None:
        self.events.append(event)

    def named(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]


_made: set[tuple[str, int]] = set()
_compiled: dict[str, tuple[Dialect, dict[Any, Any]]] = {}


def shares_statements(database: Database) -> None:
    """What SQLAlchemy compiles for one database of a kind is there for the next: in life there is one for long."""
    engine = database.engine
    engine.dialect, known = _compiled.setdefault(engine.dialect.name, (engine.dialect, {}))
    engine.update_execution_options(compiled_cache=known)


@contextmanager
def a_database(url: str, pool_size: int = 4) -> Iterator[Database]:
    """The database at `url` with every table that is known by now."""
    database = open_database(Flask("tests"), url, pool_size)
    shares_statements(database)
    make_tables(url)
    yield database
    database.close()


def make_tables(url: str) -> None:
    """Makes every table that is known by now in the database at `url`, once; a new file of SQLite is a copy of another."""
    made, file = (url, len(metadata.tables)), Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not file.exists():
        file.write_bytes(_with_tables(len(metadata.tables)))
    elif made not in _made:
        _create_tables(url)
        _made.add(made)


def _create_tables(url: str) -> None:
    database = open_database(Flask("tests"), url, pool_size=1)
    shares_statements(database)
    metadata.create_all(database.engine)
    database.close()


@cache
def _with_tables(_known: int) -> bytes:
    """A file of SQLite with the tables that are known by now, as many as given."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "idp.db"
        _create_tables(f"sqlite:///{file}")
        return file.read_bytes()


def a_hasher(folder: Path, memory_kib: int = 64, passes: int = 1) -> PasswordHasher:
    """A hasher that is quick because it is weak."""
    return PasswordHasher(HashSlots(folder, 1), memory_kib=memory_kib, passes=passes)


def a_subject(
    database: Database,
    hasher: PasswordHasher,
    *,
    username: str = "ana",
    email: str = "ana@example.test",
    password: str = ANA_PASSWORD,
    numbers: dict[str, str] | None = None,
    bus: Bus | None = None,
    now: datetime = BEGINNING,
) -> Subject:
    """A stored subject."""
    new = NewSubject(username=username, email=email, email_verified=True, given_name="Ana", numbers=numbers or {})
    verifier = hasher.hash(password)
    with database.transaction() as db:
        created = Subjects(NAMES).create(db, bus or Bus(), new, verifier, now)
    assert isinstance(created, Subject)
    return created


T = TypeVar("T")


def written(database: Database, work: Callable[[Connection], T]) -> T:
    """What `work` returns, once it is committed."""
    return database.write(work, lambda made: made)
