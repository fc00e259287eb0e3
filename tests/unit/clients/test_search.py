"""Finding clients by what the database keeps of them, as they are judged where they are read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from idp.admin.client_kinds import KINDS, kind_of
from idp.clients.search import ORDERS, Sought, after, brands, count, page
from tests.builders import TestClock
from tests.drivers.provider import Provider, a_provider

NONE: dict[str, Any] = {"token_endpoint_auth_method": "none"}
KNOWN: dict[str, dict[str, Any]] = {
    "web": {"brand": "alphera", "client_name": "Zebra 100%"},
    "spa": {"brand": "stellantis", **NONE},
    "native": {"application_type": "native", "redirect_uris": ["com.shop.app:/Callback"], **NONE},
    "service": {"grant_types": ["client_credentials"], "redirect_uris": []},
    "api": {"grant_types": [], "redirect_uris": [], "brand": "alphera"},
}


@pytest.fixture
def provider(migrated_url: str, tmp_path: Path, clock: TestClock) -> Iterator[Provider]:
    with a_provider(tmp_path, clock, database_url=migrated_url) as running:
        yield running


def test_what_is_sought_is_found(provider: Provider) -> None:
    for name, metadata in KNOWN.items():
        provider.add_client(f"my-{name}", **metadata)
    with provider.house.ground.database.transaction() as db:
        provider.house.parties.clients.disable(db, provider.house.ground.bus, "my-api")

    def found(sought: Sought, order: str = "name") -> list[str]:
        with provider.house.ground.database.reading() as db:
            rows = page(db, sought, order, 0, 100)
            assert count(db, sought) == len(rows)
            assert [one.client.id for one in page(db, sought, order, 1, 2, down=True)] == [
                one.client.id for one in reversed(rows)
            ][1:3]
            assert {one.client.id for one in after(db, sought, "", 100)} == {one.client.id for one in rows}
            return [one.client.id.removeprefix("my-") for one in rows]

    everything = Sought(None)
    assert all(set(found(everything, order)) == set(KNOWN) for order in ORDERS)
    assert found(everything)[-1] == "web"
    for kind in KINDS:
        assert found(Sought(None, kind=kind.key)) == [kind.key]
    with provider.house.ground.database.reading() as db:
        assert {one.client.id: kind_of(one.metadata).key for one in page(db, everything, "name", 0, 9)} == {
            f"my-{name}": name for name in KNOWN
        }
        assert brands(db, everything) == ("alphera", "none", "stellantis")
    assert found(Sought({"alphera"})) == ["api", "web"]
    assert found(Sought({"alphera"}, brand="stellantis")) == []
    assert found(Sought(None, brand="none")) == ["native", "service"]
    assert found(Sought(None, disabled=True)) == ["api"]
    assert found(Sought(None, text="00%")) == ["web"]
    assert found(Sought(None, text="_")) == []
    assert found(Sought(None, text="SHOP.app:/call")) == ["native"]
