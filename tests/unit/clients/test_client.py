"""The sector of a client: who is told the same `sub` (Core 8.1)."""

from typing import Any

import pytest

from idp.clients.client import client_of
from idp.clients.metadata import ClientMetadata


def sector(**metadata: Any) -> str:
    meta = ClientMetadata.model_validate({"client_id": "shop", "client_name": "Shop", **metadata})
    return client_of(meta, (), False).sector


@pytest.mark.parametrize(
    ("uris", "expected"),
    [
        (["https://shop.example/a", "https://shop.example:8443/b"], "host:shop.example"),
        (["https://shop.example/", "https://other.example/"], "client:shop"),
        (["http://localhost:8080/callback"], "client:shop"),
        (["http://127.0.0.1/callback"], "client:shop"),
        (["https://localhost:8443/callback"], "client:shop"),
        (["https://[::1]/callback"], "client:shop"),
        (["com.example.shop:/callback"], "client:shop"),
        (["com.example.shop://other.example/callback"], "client:shop"),
        (["https://shop.example/", "com.example.shop://shop.example/"], "client:shop"),
    ],
)
def test_third_parties_go_by_a_host_that_is_theirs(uris: list[str], expected: str) -> None:
    assert sector(redirect_uris=uris) == expected


def test_first_parties_of_a_brand_share_it() -> None:
    assert sector(redirect_uris=["https://shop.example/"], brand="stellantis", consent="implied") == "brand:stellantis"
