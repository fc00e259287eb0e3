"""What every test may ask for."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from idp.core.language import LANGUAGES
from idp.core.wishes import Wishes, listen
from tests.builders import TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider, a_provider

pytest_plugins = ["tests.quick", "tests.servers"]

# Nothing here asks the internet: reading all of the machine's certificates for each provider takes its time.
os.environ["SSL_CERT_FILE"], os.environ["SSL_CERT_DIR"] = os.devnull, os.devnull

# A busy machine is no defect of what is tested.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def english() -> None:
    """Nobody wishes for anything yet: in this process requests come one after the other in one thread."""
    listen(Wishes(), lambda _brand: LANGUAGES)


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def provider(tmp_path: Path, clock: TestClock) -> Iterator[Provider]:
    """The provider in this process, on SQLite."""
    with a_provider(tmp_path, clock) as running:
        yield running


@pytest.fixture
def browser(provider: Provider) -> Browser:
    """A browser that has never been anywhere."""
    return provider.browser()
