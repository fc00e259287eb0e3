"""No word of any page is forgotten: whoever reads another language reads nothing in English but names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.core.catalogues import put_in_place_of
from idp.recovery.lost_words import SAID
from idp.web.languages import NAMES
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.foreign import Foreign, untranslated
from tests.drivers.lost import a_loss
from tests.drivers.post import CODE, read
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

BRANDS = ("stellantis", "alphera")
# What is said alike in every language.
ALIKE = (*NAMES.values(), "shop", "Phone", "ana", "localhost", "BST", "GMT")


@pytest.fixture(autouse=True)
def foreign() -> Iterator[None]:
    with put_in_place_of("it", Foreign()):
        yield


@pytest.fixture(params=BRANDS)
def shop(request: pytest.FixtureRequest, provider: Provider) -> RelyingParty:
    provider.add_customer("ana")
    return provider.add_client("shop", brand=request.param, consent="implied", client_name="shop")


@pytest.fixture
def reader(provider: Provider) -> Browser:
    browser = provider.browser()
    browser.bring("idp_language", "it")
    return browser


def is_foreign(provider: Provider, page: Page) -> bool:
    """Every word that is shown is in brackets; False where nothing is shown."""
    if page.left or not page.headers.get("Content-Type", "").startswith("text/html"):
        return False
    brands = provider.house.parties.brands.all()
    own = [*ALIKE, *(word for brand in brands for word in (brand.legal, brand.name, brand.support.email))]
    assert page.headers["Content-Language"] == "it", page.url
    # Secrets and codes stand in an element of their own.
    codes = [word for form in page.body.split("<code")[1:] for word in [form.partition(">")[2].partition("</code>")[0]]]
    assert untranslated(page.text, [*own, *filter(None, codes)]) == [], page.url
    return True


def addresses(provider: Provider, **known: str) -> list[str]:
    """Every page there is: what an address names is what is `known`, or nothing that exists."""
    found = []
    for route in provider.app.extensions["idp.routes"]:
        if "GET" in route.methods and not route.guard.value.cacheable:
            path = route.rule
            for part in [one.partition(">")[0] for one in path.split("<")[1:]]:
                path = path.replace(f"<{part}>", known.get(part, "nothing"))
            found.append(path)
    return found


def test_pages_of_a_stranger(provider: Provider, reader: Browser, shop: RelyingParty) -> None:
    assert sum(is_foreign(provider, reader.open(path)) for path in addresses(provider)) > 50


def test_pages_of_a_sign_in(provider: Provider, reader: Browser, shop: RelyingParty) -> None:
    begun = reader.open(shop.request()).url.rpartition("/")[2]
    for typed in (
        {"username": "", "password": ""},
        {"username": "ana", "password": ""},
        {"username": "ana", "password": "x" * 5000},
    ):
        reader.open(f"/signin/{begun}")
        is_foreign(provider, reader.submit(**typed))
    for path in addresses(provider, interaction_id=begun):
        is_foreign(provider, reader.open(path))
    for _ in range(6):
        reader.open(f"/signin/{begun}")
        is_foreign(provider, reader.page)
        if any("password" in form.fields for form in reader.page.forms):
            is_foreign(provider, reader.submit(username="ana", password="wrong"))


def test_pages_of_a_further_step(provider: Provider, reader: Browser, shop: RelyingParty) -> None:
    app = provider.add_app("ana")
    provider.add_recovery_codes("ana")
    provider.add_phone("ana")
    begun = reader.open(shop.request()).url.rpartition("/")[2]
    is_foreign(provider, reader.submit(username="ana", password=ANA_PASSWORD))
    for path in addresses(provider, interaction_id=begun):
        is_foreign(provider, reader.open(path))
    for _ in range(7):
        reader.open(f"/signin/{begun}/totp")
        if any("code" in form.fields for form in reader.page.forms):
            is_foreign(provider, reader.submit(code=app.other_than_right()))


def test_pages_of_an_account(provider: Provider, reader: Browser, shop: RelyingParty) -> None:
    reader.open(shop.request())
    is_foreign(provider, reader.submit(username="ana", password=ANA_PASSWORD))
    paths = [path for path in addresses(provider) if path != "/signed-out"]
    assert sum(is_foreign(provider, reader.open(path)) for path in paths) > 50


def test_pages_of_an_account_with_a_second_step(provider: Provider, reader: Browser, shop: RelyingParty) -> None:
    app = provider.add_app("ana")
    provider.add_recovery_codes("ana")
    provider.add_phone("ana")
    reader.open(shop.request())
    reader.submit(username="ana", password=ANA_PASSWORD)
    assert reader.submit(code=app.code()).left
    assert sum(is_foreign(provider, reader.open(path)) for path in addresses(provider)) > 50


def test_a_lost_second_step(provider: Provider, reader: Browser, clock: TestClock, tmp_path: Path) -> None:
    loss = a_loss(provider, reader, clock, tmp_path)
    pages = [loss.begins(), loss.asks("password"), loss.browser.submit(password="wrong")]
    pages += [reader.submit(password=ANA_PASSWORD), loss.asks("mail_code"), reader.submit(code="12"), reader.submit(code="")]
    pages += [reader.submit(code=CODE.findall(read(loss.post.mails()[-1]))[0]), reader.submit()]
    pages.append(reader.open(loss.link("stop")))
    loss.waits(24)
    pages += [reader.open(loss.link("finish")), reader.submit(press="go"), loss.gives("password"), reader.submit()]
    pages += [reader.open(f"/recovery/lost/said/{what}") for what in SAID]
    assert all(is_foreign(provider, page) for page in pages)
