"""The table of refused requests stays within its bounds, on every database."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from idp.clients.model import clients
from idp.core.database import Database
from idp.oidc.refusals import store
from idp.oidc.refusals.store import Noted
from tests.builders import BEGINNING, a_database

NAMES = [f"c{number}" for number in range(5)]


@pytest.fixture
def database(tables_url: str) -> Iterator[Database]:
    with a_database(tables_url) as database:
        with database.transaction() as db:
            row = {"source": "registered", "metadata": {}, "created_at": BEGINNING, "updated_at": BEGINNING}
            db.execute(clients.insert(), [{**row, "id": name} for name in NAMES])
        yield database


def noted(client_id: str | None, reference: str = "r", days_ago: int = 0) -> Noted:
    at = BEGINNING - timedelta(days=days_ago)
    return Noted(reference, at, "token", client_id, "invalid_grant", "", "wrong_verifier", {"parameters": ["code"]})


def test_each_client_keeps_its_newest(database: Database) -> None:
    with database.transaction() as db:
        for number in range(store.MOST_OF_A_CLIENT + 10):
            for client_id in (None, "c0"):
                store.keep(db, noted(client_id, f"r{number}"))
        store.keep(db, noted("c1"))
        assert [one.reference for one in store.of_client(db, "c0")] == [f"r{number}" for number in range(59, 9, -1)]
        assert [len(kept) for kept in (store.of_nobody(db), store.of_client(db, "c1"))] == [50, 1]


def test_the_oldest_of_all_go_first(database: Database) -> None:
    with database.transaction() as db:
        for client_id in NAMES:
            for _ in range(3):
                store.keep(db, noted(client_id), most=10)
        assert [len(store.of_client(db, client_id)) for client_id in NAMES] == [0, 1, 3, 3, 3]


def test_what_is_kept_is_read_again(database: Database) -> None:
    with database.transaction() as db:
        store.keep(db, noted("c0", "abc", days_ago=1))
        store.keep(db, noted(None, "abc"))
        assert store.find(db, "abc") == noted(None, "abc")
        assert store.of_client(db, "c0") == (noted("c0", "abc", days_ago=1),)
        assert [store.count_since(db, "c0", BEGINNING - timedelta(days=days)) for days in (0, 1)] == [0, 1]


def test_what_is_old_is_forgotten(database: Database) -> None:
    with database.transaction() as db:
        for days in (40, 31, 30, 1):
            store.keep(db, noted("c0", days_ago=days))
        assert [store.purge(db, BEGINNING, 1) for _ in range(3)] == [1, 1, 0]
        assert len(store.of_client(db, "c0")) == 2


def test_they_go_with_their_client(database: Database) -> None:
    with database.transaction() as db:
        store.keep(db, noted("c0", "abc"))
        db.execute(clients.delete().where(clients.c.id == "c0"))
        assert store.find(db, "abc") is None


@pytest.mark.parametrize("asked", ["", "nothing", "%", "'", "a" * 10_000, "\x00", "\ud800"])
def test_what_is_no_reference_finds_nothing(database: Database, asked: str) -> None:
    with database.reading() as db:
        assert store.find(db, asked) is None
