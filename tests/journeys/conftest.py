"""Where the stories of locks and sign-ins begin: Ana, and a shop of each brand."""

import pytest

from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty


@pytest.fixture
def shops(provider: Provider) -> dict[str, RelyingParty]:
    provider.add_customer("ana")
    return {brand: provider.add_client(f"shop-{brand}", brand=brand, consent="implied") for brand in ("stellantis", "alphera")}
