"""The SQL database: engines, the two ways to use them, and the column types all tables share.

The only place that imports Flask-SQLAlchemy. Everything else gets a `Connection`, from `transaction()` or `reading()`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from pydantic_core import from_json
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, MetaData, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.types import TypeDecorator

from idp.core.errors import Unavailable
from idp.core.together import Together
from idp.core.turns import NO_BEGIN, Turns

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
TEXT_LENGTH = len("2026-01-31 12:00:00.000000")
# A standby, or a primary that was put out of use. The driver counts it among programming errors.
READ_ONLY = "25006"
# How each connection to SQLite is set. The log grows to 16 MB before it is copied back, so that a page that is written again
# and again is copied back once.
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "wal_autocheckpoint=4000",
)
T = TypeVar("T")
U = TypeVar("U")
sql = SQLAlchemy(metadata=MetaData(naming_convention=NAMING))
metadata = sql.metadata


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out, on every database. SQLite keeps text, written and read here: SQLAlchemy's way is slow."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """What is sent to the database."""
        return _to_text if dialect.name == "sqlite" else _to_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """What comes back."""
        return _from_text if dialect.name == "sqlite" else _to_utc


def _to_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a naive datetime cannot be stored")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


# A grant writes the time that it was asked at into four columns.
@lru_cache(maxsize=64)
def _to_text(value: datetime | None) -> str | None:
    found = _to_utc(value)
    return None if found is None else found.isoformat(" ", "microseconds")[:TEXT_LENGTH]


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


Json = JSON().with_variant(postgresql.JSONB(), "postgresql")


def upsert(db: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert into `table` that can say what happens where the row is there already (ON CONFLICT)."""
    return postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)


class Database:
    """One engine, two doors: `transaction()` for work that writes, `reading()` for statements that only look.

    `threads` use it at once. `failed` is called whenever it does not answer.
    """

    def __init__(self, engine: Engine, threads: int, failed: Callable[[], None] = lambda: None) -> None:
        self.engine = engine
        self._failed = failed
        self._turns = Turns(engine) if engine.dialect.name == "sqlite" else None
        self._together = Together(self._turns, threads) if self._turns else None
        # SQLite reads in autocommit by itself. SQLAlchemy would set a PRAGMA, and that expires every prepared statement.
        self._reads = {NO_BEGIN: True} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}

    def close(self) -> None:
        """Closes every connection, so that none crosses a fork; the next statement opens another."""
        if self._turns:
            self._turns.close()
        self.engine.dispose()

    def ping(self) -> None:
        """Raises `Unavailable` where the database does not answer."""
        with self.reading() as db:
            db.exec_driver_sql("SELECT 1")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends well. SQLite takes the write lock at once (BEGIN IMMEDIATE).

        Raises `Unavailable` where the database does not answer.
        """
        with self._answering():
            if self._turns:
                with self._turns.turn() as writer:
                    yield writer.connection
            else:
                with self.engine.begin() as db:
                    yield db

    def write(self, work: Callable[[Connection], T], then: Callable[[T], U]) -> U:
        """What `then` makes of what `work` returns, once that is committed; where `work` raises, nothing of it is.

        For small writes that many threads make at once: on SQLite they share a commit, both may run in another thread, and
        `work` may be undone and run a second time, so it changes nothing but the database. Raises `Unavailable` where the
        database does not answer.
        """
        with self._answering():
            if self._together:
                made: U = self._together.run(work, then)
                return made
            with self.engine.begin() as db:
                result = work(db)
            return then(result)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in autocommit: each statement sees the newest committed state, nothing may be written."""
        with self._answering(), self.engine.connect().execution_options(**self._reads) as db:
            yield db

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            with _translated():
                yield
        except Unavailable:
            self._failed()
            raise


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("every database connection is in use") from error
    except OperationalError as error:
        raise Unavailable(f"the database does not answer: {type(error.orig).__name__}") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable("the database connection was lost") from error
        if getattr(error.orig, "sqlstate", None) == READ_ONLY:
            raise Unavailable("the database takes no writes") from error
        raise


def open_database(app: Flask, url: str, pool_size: int, failed: Callable[[], None] = lambda: None) -> Database:
    """Binds the database at `url` to `app` with `pool_size` connections, one for each blocking thread.

    `failed` is called whenever it does not answer.
    """
    # An error that quotes its parameters would write addresses and digests into the log.
    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": 3, "hide_parameters": True}
    options["json_deserializer"] = from_json
    options["pool_use_lifo"] = True  # the connection used last has its statements prepared and its pages at hand
    if url.startswith("sqlite"):
        options["pool_size"] = pool_size + 1  # one more, through which all of them write
        options["connect_args"] = {"timeout": 5, "check_same_thread": False}
    else:
        options |= {"pool_recycle": 1800, "connect_args": {"connect_timeout": 3}}
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    sql.init_app(app)
    app.teardown_appcontext_funcs.pop()  # it would look for a db.session, which nothing here opens, after every request
    with app.app_context():
        engine = sql.engine
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    return Database(engine, pool_size, failed)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin by itself: BEGIN is ours, below
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _(db: Connection) -> None:
        # Deferred BEGIN upgrades a read lock at the first write and fails under concurrency; IMMEDIATE queues instead.
        if NO_BEGIN not in db.get_execution_options():
            db.exec_driver_sql("BEGIN IMMEDIATE")
