"""Real servers for the tests, as a person would run them: a Redis and a PostgreSQL on free ports, gone afterwards."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from flask import Flask

from idp.core.database import metadata, open_database
from idp.core.migrations import upgrade
from tests.builders import make_tables
from tests.running import end, free_port, program, serve, wait_until

# As a replica does: no trigger forbids it, no foreign key wants an order.
EMPTIED = """
DO $$ DECLARE one record; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT oid::regclass AS name, relkind FROM pg_class
        WHERE relnamespace = '{0}'::regnamespace AND relname <> 'alembic_version' LOOP
        IF one.relkind = 'r' THEN EXECUTE format('DELETE FROM %s', one.name); END IF;
        IF one.relkind = 'S' THEN EXECUTE format('ALTER SEQUENCE %s RESTART', one.name); END IF;
    END LOOP;
END $$
"""
SHAPE = """
SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
    SELECT relname || '.' || attname || format_type(atttypid, atttypmod) || attnotnull AS part
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = '{0}'::regnamespace AND attnum > 0
    UNION ALL SELECT relname || ':' || pg_get_triggerdef(pg_trigger.oid) || tgenabled::text
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = '{0}'::regnamespace AND NOT tgisinternal
    UNION ALL SELECT conname || '=' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = '{0}'::regnamespace
) AS parts
"""


class RedisServer:
    """A Redis that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Starts the server, empty, and waits until it answers."""
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": self._folder}
        flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self.process = serve([program("redis-server"), *flags], self._folder / "redis.log")
        with redis.Redis(port=self.port) as client:
            wait_until(lambda: bool(client.ping()), redis.RedisError)
        return self.process

    def stop(self) -> None:
        """Kills the server: what it held is gone."""
        end(self.process, signal.SIGKILL)


class PostgresServer:
    """A PostgreSQL cluster that does not wait for the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: dict[object, list[tuple[str, object]]] = {}
        self._owner = "postgres" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        if self._owner:
            shutil.chown(folder, self._owner)
        make = [program("initdb"), "-D", str(folder / "data"), "-U", "idp", "-A", "trust", "-N", "-E", "UTF8", "--locale", "C"]
        subprocess.run(make, check=True, capture_output=True, user=self._owner, group=self._owner, extra_groups=(), cwd=folder)
        self.port = free_port()
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Starts the server and waits until it answers."""
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self._folder,
            "fsync": "off",
            "full_page_writes": "off",
            # After a crash in the middle of a long run there is little to recover.
            "max_wal_size": "64MB",
            "max_connections": 200,
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [program("postgres"), "-D", str(self._folder / "data"), *flags]
        self.process = serve(command, self._folder / "postgres.log", self._owner)
        wait_until(lambda: self._sql("SELECT 1"), psycopg.Error)
        return self.process

    def stop(self) -> None:
        """Ends the server at once, as a crash would; what was committed stays."""
        end(self.process, signal.SIGQUIT)

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """The address of a place with no tables, dropped afterwards: a schema, which is made a hundred times faster."""
        name = self._new_schema()
        yield self._address(name)
        self._sql(f"DROP SCHEMA {name} CASCADE")

    @contextmanager
    def used_database(self, kind: object, make: Callable[[str], None]) -> Iterator[str]:
        """The address of a place where `make` made tables of a `kind`, perhaps for an earlier test: they are empty.

        A test that changes the tables themselves leaves them to nobody.
        """
        used = self._used.setdefault(kind, [])
        name, shape = used.pop() if used else self._made(make)
        yield self._address(name)
        with self._connection() as db:
            same = self._shape(db, name) == shape
            db.execute(EMPTIED.format(name) if same else f"DROP SCHEMA {name} CASCADE")
        if same:
            used.append((name, shape))

    def migrated_database(self) -> AbstractContextManager[str]:
        """The address of a place in which every migration has run: its tables are empty."""
        return self.used_database("migrated", _migrate)

    def _made(self, make: Callable[[str], None]) -> tuple[str, object]:
        name = self._new_schema()
        make(self._address(name))
        with self._connection() as db:
            return name, self._shape(db, name)

    def _shape(self, db: psycopg.Connection, schema: str) -> object:
        found = db.execute(SHAPE.format(schema)).fetchone()
        return found[0] if found else None

    def _new_schema(self) -> str:
        name = f"test_{secrets.token_hex(6)}"
        self._sql(f"CREATE SCHEMA {name}")
        return name

    def _address(self, schema: str) -> str:
        return f"postgresql+psycopg://idp@127.0.0.1:{self.port}/postgres?options=-csearch_path%3D{schema}"

    def _sql(self, statement: str) -> bool:
        with self._connection() as connection:
            connection.execute(statement)
        return True

    def _connection(self) -> psycopg.Connection:
        address = f"host=127.0.0.1 port={self.port} user=idp dbname=postgres connect_timeout=2"
        return psycopg.connect(address, autocommit=True)


def _migrate(url: str) -> None:
    database = open_database(Flask("tests"), url, pool_size=1)
    upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One Redis for the whole run: tests use keys of their own, or flush it."""
    with _folder() as folder:
        server = RedisServer(folder)
        yield server
        server.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole run: tests take a `new_database` each."""
    with _folder() as folder:
        server = PostgresServer(folder)
        yield server
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    with _of_kind(request, tmp_path, lambda server: server.new_database()) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def tables_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind for `a_database`: that of PostgreSQL has every table already."""
    with _of_kind(request, tmp_path, lambda server: server.used_database(len(metadata.tables), make_tables)) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind for `a_provider`: in that of PostgreSQL every migration has run."""
    with _of_kind(request, tmp_path, lambda server: server.migrated_database()) as url:
        yield url


@pytest.fixture(params=["sqlite", "redis"])
def kv_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty KV of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/kv.db"
    server: RedisServer = request.getfixturevalue("redis_server")
    with redis.Redis(port=server.port) as client:
        client.flushall()
    return server.url


@contextmanager
def _of_kind(
    request: pytest.FixtureRequest, folder: Path, in_postgres: Callable[[PostgresServer], AbstractContextManager[str]]
) -> Iterator[str]:
    """The address of a file in `folder` that is not there yet, or of a place of a server, as the fixture is asked for."""
    if request.param == "sqlite":
        yield f"sqlite:///{folder}/idp.db"
        return
    with in_postgres(request.getfixturevalue("postgres_server")) as url:
        yield url


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="idp-tests-"))
    yield folder
    shutil.rmtree(folder)
