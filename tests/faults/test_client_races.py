"""Those who register, change and delete the same client at the same moment, on each database: one of them does it."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from idp.app.registering import registrar_of
from idp.clients.metadata import ClientMetadata
from idp.clients.registrar import Registrar
from tests.builders import TestClock
from tests.drivers.provider import Provider, a_provider
from tests.faults.scene import at_once

Act = Callable[[Registrar, Connection, int], Any]


@pytest.fixture
def provider(tmp_path: Path, clock: TestClock, migrated_url: str) -> Iterator[Provider]:
    with a_provider(tmp_path, clock, database_url=migrated_url) as running_now:
        yield running_now


def outcomes(provider: Provider, act: Act) -> Counter[str]:
    """What came of it for each of those who did it at once."""
    registrar, database = registrar_of(provider.house), provider.house.ground.database

    def one(number: int) -> str:
        with database.transaction() as db:
            return type(act(registrar, db, number)).__name__

    return Counter(at_once(one))


def named(name: str) -> ClientMetadata:
    return ClientMetadata(client_id="shop", client_name=name, redirect_uris=("https://shop.example/cb",))


def test_an_id_is_given_away_once(provider: Provider) -> None:
    came = outcomes(provider, lambda registrar, db, number: registrar.register(db, named(f"Shop {number}")))
    assert came == {"Registered": 1, "Taken": came.total() - 1}
    assert len(provider.happened("ClientRegistered")) == 1


def test_of_many_changes_to_the_same_version_one_is_kept(provider: Provider) -> None:
    provider.add_client("shop")
    came = outcomes(provider, lambda registrar, db, number: registrar.change(db, "shop", named(f"Shop {number}"), seen=1))
    assert came == {"Changed": 1, "Overtaken": came.total() - 1}
    assert len(provider.happened("ClientChanged")) == 1


def test_a_form_for_a_new_secret_makes_one(provider: Provider, clock: TestClock) -> None:
    provider.add_client("shop")
    clients, database = provider.house.parties.clients, provider.house.ground.database
    with database.reading() as db:
        (before,) = clients.secrets(db, "shop")
    clock.advance(timedelta(seconds=1))
    came = outcomes(provider, lambda registrar, db, _: registrar.rotate(db, "shop", timedelta(days=1), before.id))
    assert came == {"Rotated": 1, "Overtaken": came.total() - 1}
    with database.reading() as db:
        assert len(clients.secrets(db, "shop")) == 2


def test_a_client_is_deleted_once(provider: Provider) -> None:
    provider.add_client("shop")
    came = outcomes(provider, lambda registrar, db, _: registrar.delete(db, "shop"))
    assert came == {"Done": 1, "Unknown": came.total() - 1}
    assert len(provider.happened("ClientDeleted")) == 1
