"""The seeded provider of the authorization tests, and a relying party that listens for logout tokens."""

from collections.abc import Iterator

import pytest

from tests.protocol.authorization.conftest import provider, seeded
from tests.protocol.logout.receiver import Receiver

__all__ = ["provider", "seeded"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening
