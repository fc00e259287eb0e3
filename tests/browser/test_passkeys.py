"""Passkeys in Chromium, with its virtual authenticator: made, offered by autofill, asked by button, removed and forgotten."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Newcomer, OpenBrowser
from tests.browser.demo import Demo
from tests.browser.device import Device
from tests.browser.office import Office
from tests.browser.shop import Shop, a_shop
from tests.browser.sound import is_sound, is_sound_at_one_brand
from tests.browser.visitor import OF_ALL_OTHERS, Visitor
from tests.drivers.household import Household, vouched
from tests.servers import wait_until

pytestmark = pytest.mark.browser

PASSKEYS = "/account/security/passkeys"


@pytest.fixture(scope="module")
def shop(demo: Demo, office: Office) -> Iterator[Shop]:
    with a_shop(demo.issuer, "alphera") as shop:
        office.add_client(shop.metadata)
        yield shop


@pytest.fixture(params=["stellantis", "alphera"])
def brand(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def is_in(visitor: Visitor) -> None:
    visitor.reads("We know of no agreement of yours")


def makes_a_passkey(visitor: Visitor, office: Office, brand: str, name: str, kept: str) -> None:
    """Signs in with an app, which somebody must have before they add a passkey on the page for it."""
    app = Household(office.house, office.house.ground.app).add_app(name)
    visitor.customer_login(brand)
    visitor.sign_in(name)
    visitor.page.get_by_label("Code", exact=True).fill(app.code())
    visitor.press("Continue")
    is_in(visitor)
    visitor.page.goto(f"{visitor.places.issuer}{PASSKEYS}/new")
    visitor.page.get_by_label("Name for this passkey").fill("My laptop")
    visitor.press("Make a passkey")
    visitor.sees("“My laptop” is added.", kept)


def signs_out(visitor: Visitor, brand: str) -> None:
    visitor.visit(brand, "/overview")
    visitor.press("Sign out")
    visitor.reads("You are signed out")


def offers_nothing_by_itself(visitor: Visitor) -> None:
    """A browser without autofill of passkeys; with it the virtual authenticator would answer before anybody can press."""
    visitor.page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")


def test_a_synced_one_signs_in_by_button(newcomer: Newcomer, office: Office, brand: str) -> None:
    visitor, name = newcomer()
    Device(visitor.page, kept="synced")
    makes_a_passkey(visitor, office, brand, name, "synced")
    signs_out(visitor, brand)
    offers_nothing_by_itself(visitor)
    visitor.customer_login(brand)
    visitor.press("Sign in with a passkey")
    is_in(visitor)


def test_one_of_this_device_signs_in_by_autofill_and_is_forgotten_once_removed(
    newcomer: Newcomer, office: Office, brand: str
) -> None:
    visitor, name = newcomer()
    device = Device(visitor.page)
    makes_a_passkey(visitor, office, brand, name, "this device only")
    signs_out(visitor, brand)
    visitor.customer_login(brand)
    is_in(visitor)  # chosen on the username field, which the virtual authenticator does by itself
    visitor.page.goto(f"{visitor.places.issuer}{PASSKEYS}")
    visitor.sees("last used today")
    is_sound_at_one_brand(visitor.page)
    visitor.follow("Remove My laptop")
    is_sound_at_one_brand(visitor.page)
    visitor.press("Remove “My laptop”")
    visitor.sees("“My laptop” is removed.", "You have none yet.")
    wait_until(lambda: device.credentials() == [])


def test_one_that_nobody_has_any_more_is_forgotten(newcomer: Newcomer, office: Office) -> None:
    brand = "stellantis"
    visitor, name = newcomer()
    device = Device(visitor.page)
    makes_a_passkey(visitor, office, brand, name, "this device only")
    signs_out(visitor, brand)
    office.remove_factors(name)
    visitor.customer_login(brand)
    visitor.sees("We don’t know that passkey")
    is_sound(visitor.page)
    expect(visitor.page.get_by_role("alert")).to_be_focused()
    wait_until(lambda: device.credentials() == [])
    visitor.follow("Use your password")
    visitor.sign_in(name)
    is_in(visitor)


def test_one_that_checks_nobody_is_a_second_step_only(newcomer: Newcomer, office: Office, brand: str) -> None:
    visitor, name = newcomer()
    Device(visitor.page, verifies=False)
    makes_a_passkey(visitor, office, brand, name, "this device only")
    signs_out(visitor, brand)
    visitor.customer_login(brand)
    visitor.press("Sign in with a passkey")
    expect(visitor.page.get_by_text("Your passkey was not used.")).to_be_visible()
    visitor.fill_in(name, OF_ALL_OTHERS)
    visitor.press("Sign in")
    visitor.reads("Use your passkey")
    is_sound_at_one_brand(visitor.page)
    visitor.press("Use your passkey")
    is_in(visitor)


def test_a_device_that_refuses_or_has_one_already_says_so_quietly(newcomer: Newcomer, office: Office) -> None:
    brand = "alphera"
    visitor, name = newcomer()
    device = Device(visitor.page)
    makes_a_passkey(visitor, office, brand, name, "this device only")
    visitor.page.goto(f"{visitor.places.issuer}{PASSKEYS}/new")
    is_sound(visitor.page)
    visitor.press("Make a passkey")
    expect(visitor.page.get_by_text("This device has a passkey for your account already.")).to_be_visible()
    signs_out(visitor, brand)
    device.refuses()
    visitor.customer_login(brand)
    visitor.press("Sign in with a passkey")
    expect(visitor.page.get_by_role("status").filter(has_text="Your passkey was not used.")).to_be_visible()
    visitor.sign_in(name)
    visitor.reads("Use your passkey")


def test_it_is_made_on_the_way_where_more_is_asked(newcomer: Newcomer, office: Office, shop: Shop) -> None:
    visitor, name = newcomer()
    device = Device(visitor.page)
    visitor.page.goto(shop.url(acr_values="phr"))
    visitor.fill_in(name, OF_ALL_OTHERS)
    visitor.press("Sign in")
    visitor.page.wait_for_load_state()
    vouched(office.house, office.house.ground.clock, visitor.page.url, name)
    visitor.page.goto("/".join(visitor.page.url.split("/")[:5]))
    visitor.follow("Make a passkey")
    is_sound(visitor.page)
    visitor.press("Make a passkey")
    visitor.reads("Keep your recovery codes")
    assert len(device.credentials()) == 1
    visitor.follow(f"Continue to {shop.name}")
    visitor.reads(f"Allow {shop.name}?")


def test_without_scripts_nothing_of_it_is_in_the_way(open_browser: OpenBrowser, brand: str) -> None:
    visitor = open_browser(java_script_enabled=False)
    visitor.customer_login(brand)
    expect(visitor.page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    visitor.page.goto(f"{visitor.page.url}/passkey")
    visitor.sees("This needs JavaScript")
    visitor.follow("Use your password")
    expect(visitor.page.get_by_label("Username or e-mail")).to_be_visible()
