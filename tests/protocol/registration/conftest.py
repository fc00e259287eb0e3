"""A developer who registers applications without asking anybody but the provider."""

import pytest

from tests.drivers.provider import Provider
from tests.drivers.registrant import Registrant


@pytest.fixture
def developer(provider: Provider) -> Registrant:
    """They were given an initial access token for five clients of alphera."""
    return Registrant(provider, Registrant.a_token(provider, brand="alphera", uses=5))
