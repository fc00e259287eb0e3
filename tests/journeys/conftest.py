"""Where the stories of locks and sign-ins begin: Ana, and a shop of each brand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import TestClock
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.desk import Desk, a_desk
from tests.drivers.lost import PHONE, Loss
from tests.drivers.newcomer import Newcomer, Town, a_town
from tests.drivers.post import Post
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.contact_story import NUMBER, Story


@pytest.fixture
def shops(provider: Provider) -> dict[str, RelyingParty]:
    provider.add_customer("ana")
    return {brand: provider.add_client(f"shop-{brand}", brand=brand, consent="implied") for brand in ("stellantis", "alphera")}


@pytest.fixture(params=["stellantis", "alphera"])
def story(provider: Provider, request: pytest.FixtureRequest, clock: TestClock, tmp_path: Path) -> Story:
    """Ana with an authenticator app and a confirmed number, signed in."""
    provider.add_customer(given_name="Ana", claims={"phone_number": NUMBER, "phone_number_verified": True})
    shop = provider.add_client("shop", brand=str(request.param), consent="implied")
    begun = Story(provider, shop, provider.add_app(), Post(provider, tmp_path), clock, provider.browser())
    begun.signed_in(begun.browser)
    return begun


@pytest.fixture
def plain_story(provider: Provider, clock: TestClock, tmp_path: Path) -> Story:
    """Ana with nothing but a password, signed in."""
    provider.add_customer(given_name="Ana", claims={"phone_number": NUMBER, "phone_number_verified": True})
    provider.puts_off_the_offer()
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    begun = Story(provider, shop, None, Post(provider, tmp_path), clock, provider.browser())
    begun.signed_in(begun.browser)
    return begun


@pytest.fixture
def town(tmp_path: Path, clock: TestClock) -> Iterator[Town]:
    """A provider whose brands can be asked about agreements."""
    with a_town(tmp_path, clock) as running:
        yield running


@pytest.fixture
def brand() -> str:
    return "stellantis"


@pytest.fixture
def elin(town: Town, brand: str) -> Newcomer:
    """A customer of the brand without online access."""
    return Newcomer(town, brand, town.provider.browser()).becomes_customer()


@pytest.fixture
def app(provider: Provider) -> AuthenticatorApp:
    provider.add_customer("ana", claims=PHONE)
    return provider.add_app("ana")


@pytest.fixture
def loss(provider: Provider, browser: Browser, clock: TestClock, tmp_path: Path, app: AuthenticatorApp) -> Loss:
    shop = provider.add_client("shop", brand="stellantis", consent="implied")
    return Loss(provider, shop, Post(provider, tmp_path), browser, clock)


@pytest.fixture(params=["stellantis", "alphera"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, clock: TestClock) -> Iterator[Desk]:
    """The support desk of each brand."""
    with a_desk(tmp_path, clock, request.param) as running:
        yield running
