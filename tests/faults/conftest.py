"""Stacks for the fault stories, on each pair of stores."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from tests.drivers.stack import Stack, a_stack
from tests.faults.scene import Scene, set_scene
from tests.servers import PostgresServer, RedisServer

STORES = ("sqlite", "postgresql")


@contextmanager
def stack_on(stores: str, request: pytest.FixtureRequest, folder: Path, **changed: str) -> Iterator[Stack]:
    """A stack in `folder`: on SQLite with its own KV file, or on PostgreSQL with Redis."""
    if stores == "sqlite":
        with a_stack(folder, **changed) as running:
            yield running
        return
    postgres: PostgresServer = request.getfixturevalue("postgres_server")
    redis: RedisServer = request.getfixturevalue("redis_server")
    # The server is that of every module: what one of them tried must not slow the next.
    with Redis.from_url(redis.url) as store:
        store.flushdb()
    with postgres.migrated_database() as url, a_stack(folder, database_url=url, kv_url=redis.url, **changed) as running:
        yield running


@pytest.fixture(scope="module", params=STORES)
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack for the tests of a module."""
    with stack_on(request.param, request, tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="module")
def scene(stack: Stack) -> Scene:
    return set_scene(stack)
