"""A payment at a portal: the account API asks for more than a sign-in (RFC 9470), the customer proves it, it is booked once."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from idp.app import build, lay_ground
from idp.core.clock import SystemClock
from idp.settings import Settings
from tests.browser.demo import Demo, a_demo, free_ports
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser, Page
from tests.drivers.household import Household
from tests.drivers.remote import Remote
from tests.journeys.test_offer import takes_the_key

# By brand: a customer with an agreement, and its payments.
HAS_AN_APP = {"stellantis": ("fleet", "HP-5512098"), "alphera": ("ana", "HP-8830264")}
HAS_NONE = {"stellantis": ("ben", "PCH-2208316"), "alphera": ("dev", "PCP-6107745")}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with a_demo(tmp_path_factory.mktemp("demo"), free_ports(3)) as running:
        yield running


@pytest.fixture(scope="module")
def household(demo: Demo) -> Iterator[Household]:
    """The provider of the demonstration, where customers can be given what they need."""
    ground = lay_ground(Settings.from_environment(demo.settings), SystemClock())
    yield Household(build(ground), _at(demo.issuer))
    ground.database.close()


@pytest.fixture(params=["stellantis", "alphera"])
def brand(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _at(url: str) -> Remote:
    parts = urlsplit(url)
    assert parts.port is not None
    return Remote("127.0.0.1", parts.port)


@dataclass
class Customer:
    """One person with one browser, which the driver keeps apart by site."""

    name: str
    agreement: str
    portal: Browser
    provider: Browser
    password: str

    @property
    def payments(self) -> str:
        return f"/agreements/{self.agreement}/payments"

    def follow(self, page: Page) -> Page:
        """Goes wherever the sites send the browser, until one shows something."""
        while page.left:
            page = next(site for site in (self.portal, self.provider) if page.url.startswith(site.home + "/")).open(page.url)
        return page

    def signs_in(self) -> None:
        self.follow(self.portal.open("/login"))
        assert "Your" in self.follow(self.provider.sign_in(self.name, self.password)).text

    def pays(self, amount: str) -> Page:
        """Fills in the form that the history leads to, and presses the button."""
        self.portal.open(self.portal.open(self.payments).link("Make a payment"))
        return self.follow(self.portal.submit(amount=amount))

    def booked(self) -> int:
        return self.portal.open(self.payments).text.count("Paid online")


def customer(demo: Demo, household: Household, brand: str, who: tuple[str, str]) -> Customer:
    portal = demo.portals[brand]
    password = next(one["password"] for one in demo.customers if one["username"] == who[0])
    return Customer(*who, Browser(_at(portal), portal), household.browser(), password)


def test_who_has_an_app_types_its_code_and_has_paid(demo: Demo, household: Household, brand: str) -> None:
    payer = customer(demo, household, brand, HAS_AN_APP[brand])
    payer.signs_in()
    app = household.add_app(payer.name)
    assert "Enter the code from your app" in payer.pays("150").text
    declined = payer.follow(payer.provider.submit(press="decline"))
    assert "Nothing has been paid" in declined.text
    assert payer.booked() == 0

    payer.portal.open(urlsplit(declined.url).path)
    assert "Enter the code from your app" in payer.follow(payer.portal.submit(amount="150")).text
    back = payer.provider.submit(code=app.code())
    receipt = payer.follow(back)
    assert "Your payment is booked" in receipt.text
    assert "£150.00" in receipt.text

    for again in (receipt.url, f"{receipt.url}/confirm"):
        assert "Your payment is booked" in payer.portal.open(again).text
    assert payer.booked() == 1
    assert "Your payment is booked" in payer.pays("20").text  # proven a moment ago: not asked again
    assert payer.booked() == 2


def test_who_has_none_sets_one_up_on_the_way_and_has_paid(demo: Demo, household: Household, brand: str) -> None:
    payer = customer(demo, household, brand, HAS_NONE[brand])
    payer.signs_in()
    payer.pays("75.50")
    household.contact_vouches(payer.provider, payer.name)
    assert "asks for a second step" in payer.provider.text()
    payer.provider.open(payer.provider.page.link("authenticator app"))
    app: AuthenticatorApp = takes_the_key(payer.provider.page, household)
    kept = payer.provider.submit(code=app.code(), label="Phone")
    receipt = payer.follow(payer.provider.open(kept.link("Continue")))
    assert "Your payment is booked" in receipt.text
    assert payer.booked() == 1


def test_the_language_chosen_at_the_portal_goes_along(demo: Demo, household: Household, brand: str) -> None:
    payer = customer(demo, household, brand, HAS_AN_APP[brand])
    payer.portal.open("/support")
    form = payer.portal.page.chooser
    assert form is not None
    payer.portal.post(form.action, form.fields | {"language": "fr"})
    assert spoken(payer.portal.page) == "fr"
    for way_in in ("/login", "/activate"):
        assert spoken(payer.follow(payer.portal.open(way_in))) == "fr"
    payer.follow(payer.portal.open("/login"))
    assert spoken(payer.follow(payer.provider.sign_in(payer.name, payer.password))) == "fr"


def spoken(page: Page) -> str:
    """The language of a page, here or there."""
    return page.headers["Content-Language"]
