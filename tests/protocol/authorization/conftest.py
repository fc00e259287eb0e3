"""A provider for each test: quick, because keys, tables and clients are made once and copied."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import TestClock
from tests.protocol.authorization.provider import Seeded, open_provider, seed


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeded")
    seed(folder).house.ground.database.close()
    return folder


@pytest.fixture
def provider(seeded: Path, tmp_path: Path, clock: TestClock) -> Iterator[Seeded]:
    opened = open_provider(seeded, tmp_path, clock)
    yield opened
    opened.house.ground.database.close()
