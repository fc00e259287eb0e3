"""Online access begins: the brand knows the agreement, a code goes to the contact it has on file, a password is chosen."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import TestClock
from tests.drivers.newcomer import Newcomer, Town, a_town


@pytest.fixture
def town(tmp_path: Path, clock: TestClock) -> Iterator[Town]:
    with a_town(tmp_path, clock) as running:
        yield running


@pytest.fixture(params=["stellantis", "alphera"])
def brand(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def elin(town: Town, brand: str) -> Newcomer:
    return Newcomer(town, brand, town.provider.browser()).becomes_customer()


def test_from_the_button_of_the_portal_and_back(town: Town, elin: Newcomer) -> None:
    assert "Activate online access" in elin.comes().text
    page = elin.types()
    assert "e•••@e•••" in page.text
    assert "elin@example.test" not in page.body
    page = elin.confirms()
    assert "Choose how you sign in" in page.text
    offered = elin.chooses()
    assert "passkey" in offered.text
    page = elin.browser.submit(press="later")
    assert page.left
    claims = town.claims(elin.brand, page)
    assert town.number(elin.brand, "elin") == "ST-415206"
    assert (claims["name"], claims["email"], claims["email_verified"]) == ("Elin Moss", "elin@example.test", True)
