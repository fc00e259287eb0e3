"""What the tests of the foundations share."""

from collections.abc import Iterator

import pytest

from idp.core.database import Database
from tests.builders import a_database


@pytest.fixture
def database(tables_url: str) -> Iterator[Database]:
    """A database of each kind for many threads."""
    with a_database(tables_url, pool_size=16) as database:
        yield database
