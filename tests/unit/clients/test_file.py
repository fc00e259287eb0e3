"""Clients of the file are merged as often as one likes, and what an operator decided stands."""

from typing import Any

import pytest

from idp.app.registering import registrar_of
from idp.clients.file import merge
from idp.clients.metadata import ClientMetadata
from idp.core.yaml_lines import BrokenFile
from tests.drivers.provider import Provider

SHOP = ClientMetadata(client_id="shop", client_name="Shop", redirect_uris=("https://shop.example/cb",))
CLUB = ClientMetadata(client_id="club", client_name="Club", redirect_uris=("https://club.example/cb",))


def seed(provider: Provider, *clients: ClientMetadata) -> list[str]:
    ground = provider.house.ground
    with ground.database.transaction() as db:
        return merge(db, ground.bus, provider.house.parties.clients, list(clients), provider.clock.now())


def is_disabled(provider: Provider, client_id: str) -> Any:
    with provider.house.ground.database.reading() as db:
        return next(one.client.disabled for one in provider.house.parties.clients.all(db) if one.client.id == client_id)


def test_a_second_merge_changes_nothing(provider: Provider) -> None:
    assert seed(provider, SHOP, CLUB) == ["shop", "club"]
    assert seed(provider, SHOP, CLUB) == []


def test_a_client_that_leaves_is_disabled_and_lives_again_when_it_comes_back(provider: Provider) -> None:
    seed(provider, SHOP, CLUB)
    assert seed(provider, SHOP) == ["club"]
    assert is_disabled(provider, "club")
    assert seed(provider, SHOP, CLUB) == ["club"]
    assert not is_disabled(provider, "club")


def test_what_an_operator_disabled_stays_disabled(provider: Provider) -> None:
    seed(provider, SHOP, CLUB)
    ground = provider.house.ground
    with ground.database.transaction() as db:
        provider.house.parties.clients.disable(db, ground.bus, "club")
    for file in ((SHOP, CLUB), (SHOP,), (SHOP, CLUB)):
        seed(provider, *file)
        assert is_disabled(provider, "club")


def test_an_id_that_an_administrator_took_is_refused_before_anything_is_written(provider: Provider) -> None:
    provider.add_client("club")
    with pytest.raises(BrokenFile, match="club was registered by an administrator"):
        seed(provider, SHOP, CLUB)
    assert provider.house.parties.clients.find("shop") is None


def test_an_id_that_was_deleted_is_not_given_away_again(provider: Provider) -> None:
    provider.add_client("club")
    with provider.house.ground.database.transaction() as db:
        registrar_of(provider.house).delete(db, "club")
    with pytest.raises(BrokenFile, match="club was deleted once"):
        seed(provider, SHOP, CLUB)
    assert provider.house.parties.clients.find("shop") is None
