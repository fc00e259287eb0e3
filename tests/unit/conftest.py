from collections.abc import Iterator

import pytest

from idp.core.database import Database
from idp.core.events import Bus
from tests.builders import Witness, a_database


@pytest.fixture
def database(tables_url: str) -> Iterator[Database]:
    with a_database(tables_url) as database:
        yield database


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def witness(bus: Bus) -> Witness:
    return Witness(bus)
