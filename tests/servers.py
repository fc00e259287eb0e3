"""Real servers for the tests, as a person would run them: a Redis and a PostgreSQL on free ports, gone afterwards."""

import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

PATIENCE_SECONDS = 60
PR_SET_PDEATHSIG = 1


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
        self.process = _serve([program("redis-server"), *flags], self._folder / "redis.log")
        with redis.Redis(port=self.port) as client:
            wait_until(lambda: bool(client.ping()), redis.RedisError)
        return self.process

    def stop(self) -> None:
        """Kills the server: what it held is gone."""
        _end(self.process, signal.SIGKILL)


class PostgresServer:
    """A PostgreSQL cluster that does not wait for the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
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
        self.process = _serve(command, self._folder / "postgres.log", self._owner)
        wait_until(lambda: self._sql("SELECT 1"), psycopg.Error)
        return self.process

    def stop(self) -> None:
        """Ends the server at once, as a crash would; what was committed stays."""
        _end(self.process, signal.SIGQUIT)

    @contextmanager
    def new_database(self) -> Iterator[str]:
        """The address of a place with no tables, dropped afterwards: a schema, which is made a hundred times faster."""
        name = f"test_{secrets.token_hex(6)}"
        self._sql(f"CREATE SCHEMA {name}")
        yield f"postgresql+psycopg://idp@127.0.0.1:{self.port}/postgres?options=-csearch_path%3D{name}"
        self._sql(f"DROP SCHEMA {name} CASCADE")

    def _sql(self, statement: str) -> bool:
        address = f"host=127.0.0.1 port={self.port} user=idp dbname=postgres connect_timeout=2"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)
        return True


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
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/idp.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.new_database() as url:
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


def free_port() -> int:
    """A port that nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], *faults: type[Exception]) -> None:
    """Asks `ready` until it is, forgiving `faults`; fails after a minute."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            if ready():
                return
        except faults:
            pass
        time.sleep(0.02)
    raise TimeoutError("what was waited for did not happen")


def program(name: str) -> str:
    """Where the program is. A missing server is a failure, never a skipped test."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(debian[-1]) if debian else None)
    if found is None:
        raise FileNotFoundError(f"{name} is missing; install it with: apt-get install redis-server postgresql")
    return found


def _serve(command: list[str], log: Path, owner: str | None = None) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=owner,
            group=owner,
            extra_groups=None if owner is None else (),
            cwd=log.parent,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one call into the kernel, no lock taken
        )


def _die_with_parent() -> None:
    # A test run that is killed must not leave servers behind.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    process.send_signal(how)
    process.wait(PATIENCE_SECONDS)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="idp-tests-"))
    yield folder
    shutil.rmtree(folder)
