"""The database stops, turns read-only, is locked or full: 503 and a time to come back, and no restart of ours (S4)."""

import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.relying_party import Answer
from tests.drivers.stack import Stack, a_stack
from tests.faults.scene import Scene, at_once, set_scene
from tests.servers import PostgresServer, wait_until

SOON = 12.0


@pytest.fixture(scope="module")
def on_postgres(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("stack")
    with postgres_server.migrated_database() as url, a_stack(folder, database_url=url) as stack:
        yield set_scene(stack)


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with a_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield set_scene(stack)


@contextmanager
def stopped(server: PostgresServer) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def read_only(server: PostgresServer) -> Iterator[None]:
    """As a standby is, or a primary whose disk filled up and was put out of use."""
    _configure(server, "SET default_transaction_read_only = on")
    try:
        yield
    finally:
        _configure(server, "RESET default_transaction_read_only")


def _configure(server: PostgresServer, setting: str) -> None:
    address = f"host=127.0.0.1 port={server.port} user=idp dbname=postgres"
    with psycopg.connect(address, autocommit=True) as db:
        db.execute("SET default_transaction_read_only = off")
        db.execute(f"ALTER SYSTEM {setting}".encode())
        db.execute("SELECT pg_reload_conf()")
    shown = "on" if setting.startswith("SET") else "off"

    def is_so() -> bool:
        with psycopg.connect(address) as fresh:
            return fresh.execute("SHOW default_transaction_read_only").fetchone() == (shown,)

    wait_until(is_so)


@contextmanager
def locked(stack: Stack) -> Iterator[None]:
    """A long writer, such as a backup that locks the file."""
    writer = sqlite3.connect(stack.folder / "idp.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        writer.execute("ROLLBACK")
        writer.close()


@contextmanager
def full(stack: Stack) -> Iterator[None]:
    """No file of the workers can grow, as on a disk with no room left."""
    before = {worker: resource.prlimit(worker, resource.RLIMIT_FSIZE) for worker in stack.workers()}
    for worker, (_, most) in before.items():
        resource.prlimit(worker, resource.RLIMIT_FSIZE, (1, most))
    try:
        yield
    finally:
        for worker, limits in before.items():
            resource.prlimit(worker, resource.RLIMIT_FSIZE, limits)


def assert_refused(answer: Answer) -> None:
    assert answer.status == 503, answer
    assert answer.error == "temporarily_unavailable"
    assert int(answer.headers["Retry-After"]) > 0


def assert_public_documents(scene: Scene) -> None:
    for path in ("/jwks", "/.well-known/openid-configuration", "/health/live"):
        assert scene.shop.raw("GET", path).status == 200


def assert_whole_again(scene: Scene) -> None:
    wait_until(scene.stack.ready)
    assert scene.tokens().status == 200
    browser = scene.stack.browser()
    browser.open(scene.shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD).left


@pytest.mark.parametrize("away", [stopped, read_only])
def test_postgres_is_away(on_postgres: Scene, postgres_server: PostgresServer, away: Callable[..., object]) -> None:
    """The same workers go on when it is back; the refused code is still good."""
    scene, workers = on_postgres, sorted(on_postgres.stack.workers())
    kept = scene.tokens()["refresh_token"]
    shop, code = scene.request_and_code()
    browser = scene.stack.browser()
    browser.open(scene.shop.request())
    with away(postgres_server):  # type: ignore[attr-defined]
        for answer in at_once(lambda _: shop.redeem(code)):
            assert_refused(answer)
        page = browser.submit(username="ana", password=ANA_PASSWORD)
        assert (page.status, int(page.headers["Retry-After"]) > 0) == (503, True)
        assert_refused(shop.refresh(kept))
        assert_public_documents(scene)
    wait_until(scene.stack.ready)
    assert shop.redeem(code).status == 200
    assert shop.refresh(kept).status == 200
    assert_whole_again(scene)
    assert sorted(scene.stack.workers()) == workers


@pytest.mark.parametrize("fault", [locked, full])
def test_sqlite_cannot_write(on_sqlite: Scene, fault: Callable[..., object]) -> None:
    """Reading goes on; what would write is refused in time and spends nothing."""
    scene, workers = on_sqlite, sorted(on_sqlite.stack.workers())
    token = scene.tokens()["access_token"]
    shop, code = scene.request_and_code()
    with fault(scene.stack):  # type: ignore[attr-defined]
        since = time.monotonic()
        for answer in at_once(lambda _: shop.redeem(code)):
            assert_refused(answer)
        assert time.monotonic() - since < SOON
        assert shop.userinfo(token).status == 200
        assert_public_documents(scene)
    assert shop.redeem(code).status == 200
    assert_whole_again(scene)
    assert sorted(scene.stack.workers()) == workers


def test_reading_does_not_wait_for_a_writer(on_sqlite: Scene) -> None:
    """Pages and tokens that are only looked at come at once while a backup holds the write lock."""
    token = on_sqlite.tokens()["access_token"]
    with locked(on_sqlite.stack):
        since = time.monotonic()
        assert {answer.status for answer in at_once(lambda _: on_sqlite.shop.userinfo(token))} == {200}
        assert time.monotonic() - since < 3


def test_a_database_that_is_restored_from_nothing_says_so(tmp_path: Path) -> None:
    """Tables that are gone are a fault of the installation: not ready, and a clear word at the next start."""
    with a_stack(tmp_path) as stack:
        stack.stop()
        for name in ("idp.db", "idp.db-wal", "idp.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        ended = stack.command_line.run("serve")
    assert (ended.code, "run `idp db upgrade`" in ended.err) == (78, True)
