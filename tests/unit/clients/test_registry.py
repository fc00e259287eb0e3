"""Clients as they are kept: their secrets above all."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from idp.clients.metadata import ClientMetadata
from idp.clients.registry import Clients
from idp.core.database import Database
from idp.core.events import Bus
from idp.core.handles import digest
from tests.builders import TestClock, a_database

FIRST, SECOND = digest("first"), digest("second")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with a_database(f"sqlite:///{tmp_path}/idp.db") as opened:
        yield opened


@pytest.fixture
def clients(database: Database, clock: TestClock) -> Clients:
    return Clients(database, clock)


def keep(database: Database, clients: Clients, *digests: str, name: str = "Shop") -> None:
    meta = ClientMetadata(client_id="shop", client_name=name, redirect_uris=("https://shop.example/",), secret_digests=digests)
    with database.transaction() as db:
        clients.save(db, Bus(), meta, "file")


def live(clients: Clients, clock: TestClock) -> set[str]:
    clock.advance(timedelta(seconds=2))
    found = clients.find("shop")
    assert found is not None
    return {one.digest for one in found.secret_digests if one.expires_at is None or one.expires_at > clock.now()}


def test_a_secret_that_left_the_metadata_ends(database: Database, clients: Clients, clock: TestClock) -> None:
    keep(database, clients, FIRST, SECOND)
    assert live(clients, clock) == {FIRST, SECOND}
    keep(database, clients, SECOND)
    assert live(clients, clock) == {SECOND}


def test_a_secret_that_was_rotated_away_does_not_come_back(database: Database, clients: Clients, clock: TestClock) -> None:
    keep(database, clients, FIRST)
    for _ in range(2):
        clock.advance(timedelta(minutes=1))
        with database.transaction() as db:
            last = clients.add_secret(db, Bus(), "shop", timedelta(0))
    keep(database, clients, FIRST, name="Another name")
    assert live(clients, clock) == {digest(last)}
