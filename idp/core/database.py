"""The SQL database: engines, the two ways to use them, and the column types all tables share.

The only place that imports Flask-SQLAlchemy. Everything else gets a `Connection`, from `transaction()` or `reading()`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, MetaData, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.types import TypeDecorator

from idp.core.errors import Unavailable
from idp.core.turns import Turns

READS = "idp_reads"
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
# A standby, or a primary that was put out of use. The driver counts it among programming errors.
READ_ONLY = "25006"
sql = SQLAlchemy(metadata=MetaData(naming_convention=NAMING))
metadata = sql.metadata


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC) if dialect.name != "sqlite" else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(postgresql.JSONB(), "postgresql")


def upsert(db: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert into `table` that can say what happens where the row is there already (ON CONFLICT)."""
    return postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)


class Database:
    """One engine, two doors: `transaction()` for work that writes, `reading()` for statements that only look."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._turns = Turns(engine) if engine.dialect.name == "sqlite" else None
        # SQLite reads in autocommit by itself. SQLAlchemy would set a PRAGMA, and that expires every prepared statement.
        self._reads = {READS: True} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}

    def ping(self) -> None:
        """Raises `Unavailable` where the database does not answer."""
        with self.reading() as db:
            db.exec_driver_sql("SELECT 1")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends well. SQLite takes the write lock at once (BEGIN IMMEDIATE).

        Raises `Unavailable` where the database does not answer.
        """
        with _answering(), self._turns.transaction() if self._turns else self.engine.begin() as db:
            yield db

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in autocommit: each statement sees the newest committed state, nothing may be written."""
        with _answering(), self.engine.connect().execution_options(**self._reads) as db:
            yield db


@contextmanager
def _answering() -> Iterator[None]:
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


def open_database(app: Flask, url: str, pool_size: int) -> Database:
    """Binds the database at `url` to `app` with `pool_size` connections, one for each blocking thread."""
    # An error that quotes its parameters would write addresses and digests into the log.
    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 0, "pool_timeout": 3, "hide_parameters": True}
    options["pool_use_lifo"] = True  # the connection used last has its statements prepared and its pages at hand
    if url.startswith("sqlite"):
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
    return Database(engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin by itself: BEGIN is ours, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _(db: Connection) -> None:
        # Deferred BEGIN upgrades a read lock at the first write and fails under concurrency; IMMEDIATE queues instead.
        if READS not in db.get_execution_options():
            db.exec_driver_sql("BEGIN IMMEDIATE")
