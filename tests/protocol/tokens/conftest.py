"""A provider for each test: quick, because keys, tables and clients are made once and copied."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import TestClock
from tests.protocol.tokens.provider import Issuer, open_issuer, seed


@pytest.fixture(scope="session")
def issuer_seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("issuer")
    seed(folder)
    return folder


@pytest.fixture
def issuer(issuer_seed: Path, tmp_path: Path, clock: TestClock) -> Iterator[Issuer]:
    opened = open_issuer(issuer_seed, tmp_path, clock)
    yield opened
    opened.house.ground.database.close()
