"""Somebody who activates online access: what they type, at a provider whose brands have an account API each."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.builders import TestClock
from tests.drivers.brand_api import BrandApi, a_brand_api
from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post
from tests.drivers.provider import CLIENTS_FILE, ISSUER, Provider, a_provider

BRANDS = {"stellantis": 9001, "alphera": 9002}
PASSWORD = "velvet anchor tundra 8"


@dataclass
class Town:
    """A provider, its brands' account APIs, and everybody's post."""

    provider: Provider
    apis: dict[str, BrandApi]
    folder: Path
    shops: dict[str, Any] = field(default_factory=dict)

    @property
    def post(self) -> Post:
        return Post(self.provider, self.folder)

    def shop(self, brand: str) -> Any:
        """An application of the brand, like its portal."""
        if brand not in self.shops:
            self.shops[brand] = self.provider.add_client(f"shop-{brand}", brand=brand, consent="implied")
        return self.shops[brand]

    def claims(self, brand: str, page: Page) -> dict[str, Any]:
        """What the brand's application learns of whoever came back to it."""
        shop = self.shop(brand)
        found: dict[str, Any] = shop.userinfo(shop.redeem(shop.code(page))["access_token"]).body
        return found

    def number(self, brand: str, username: str) -> str | None:
        """The customer number of a subject at a brand."""
        subjects = self.provider.house.people.subjects
        with self.provider.house.ground.database.reading() as db:
            subject = subjects.find(db, username)
            return subjects.customer_number(db, subject.id, brand) if subject else None

    def rows(self, table: str) -> list[Any]:
        from idp.core.database import metadata

        with self.provider.house.ground.database.reading() as db:
            return list(db.execute(metadata.tables[table].select()).mappings())


@contextmanager
def a_town(folder: Path, clock: TestClock, **changed: str) -> Iterator[Town]:
    """Everything for the length of the block."""
    with ExitStack() as running:
        apis = {brand: running.enter_context(a_brand_api(ISSUER, clock.now)) for brand in BRANDS}
        text = CLIENTS_FILE.read_text("utf-8")
        for brand, port in BRANDS.items():
            api = apis[brand]
            text = text.replace(f"check_url: http://localhost:{port}/api/agreement-check", f"check_url: {api.check_url}")
            text = text.replace(f"      url: http://localhost:{port}/api\n", f"      url: {api.url}\n")
            text = text.replace(
                f"      jwks_uri: http://localhost:{port}/api/jwks.json", f"      jwks_uri: {api.url}/jwks.json"
            )
        (folder / "brands.yaml").write_text(text, "utf-8")
        provider = running.enter_context(a_provider(folder, clock, clients_file=str(folder / "brands.yaml"), **changed))
        yield Town(provider, apis, folder)


@dataclass
class Newcomer:
    """One person with one browser; at the brand they are a customer from the first."""

    town: Town
    brand: str
    browser: Browser
    agreement: str = "PCP-4903127"
    born: tuple[str, str, str] = ("18", "2", "1991")
    postcode: str = "NR2 3FJ"
    number: str = "ST-415206"
    email: str = "elin@example.test"
    phone: str = ""

    def becomes_customer(self) -> "Newcomer":
        """The brand knows them."""
        day, month, year = self.born
        on_file = {"email": self.email, "phone": self.phone, "given_name": "Elin", "family_name": "Moss"}
        known = {name: value for name, value in on_file.items() if value}
        birth_date = f"{year}-{int(month):02}-{int(day):02}"
        self.town.apis[self.brand].knows(self.agreement, birth_date, self.postcode, self.number, **known)
        return self

    def comes(self) -> Page:
        """From the application of the brand, which asks for online access to begin."""
        return self.browser.open(self.town.shop(self.brand).request(prompt="create"))

    def types(self, **other: str) -> Page:
        """Fills in the first page."""
        day, month, year = self.born
        said = {"agreement": self.agreement, "birth_day": day, "birth_month": month, "birth_year": year}
        return self.browser.submit(**(said | {"postcode": self.postcode} | other))

    def code(self) -> str:
        """The code that came last."""
        return self.town.post.code("mail_code" if self.email else "text_code")

    def confirms(self, code: str = "") -> Page:
        return self.browser.submit(code=code or self.code())

    def chooses(self, username: str = "elin", password: str = PASSWORD, **more: str) -> Page:
        return self.browser.submit(username=username, password=password, **more)

    def activates(self) -> Page:
        """From the application's button back to the application."""
        self.comes()
        self.types()
        self.confirms()
        page = self.chooses()
        return self.browser.submit(press="later") if any("later" in form.buttons for form in page.forms) else page
