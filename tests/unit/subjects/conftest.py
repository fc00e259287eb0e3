from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.core.database import Database
from idp.core.events import Bus
from tests.builders import Witness, a_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with a_database(f"sqlite:///{tmp_path}/idp.db") as database:
        yield database


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def witness(bus: Bus) -> Witness:
    return Witness(bus)
