"""A payment in a real browser: the portal sends its customer to the provider for one more step, and books it once."""

import pytest
from playwright.sync_api import expect

from idp.core.clock import SystemClock
from tests.browser.conftest import OpenBrowser
from tests.browser.demo import Demo
from tests.browser.office import Office
from tests.browser.sound import is_sound_at_one_brand
from tests.browser.visitor import Visitor
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.household import vouched

pytestmark = pytest.mark.browser

PAYERS = {"stellantis": ("ben", "Citroën ë-C4 Max"), "alphera": ("dev", "Volvo EX30 Plus")}


@pytest.mark.parametrize("brand", PAYERS)
def test_a_payment_is_made_with_a_second_step_set_up_on_the_way(
    open_browser: OpenBrowser, demo: Demo, office: Office, brand: str
) -> None:
    username, vehicle = PAYERS[brand]
    visitor = open_browser()
    visitor.sign_in_at(brand, username)
    try:
        asks_to_pay(visitor, vehicle, "12.50")
        vouched(office.house, SystemClock(), visitor.page.url, username)
        visitor.page.goto(visitor.page.url.rpartition("/")[0])
        app = sets_up_an_app(visitor)
        visitor.follow(f"Continue to {'Stellantis' if brand == 'stellantis' else 'ALPHERA'} customer portal")
        visitor.reads("Thank you. Your payment is booked")
        visitor.sees("£12.50")
        is_sound_at_one_brand(visitor.page)
        visitor.follow("See all payments")
        before = visitor.page.get_by_text("Paid online").count()

        asks_to_pay_again(visitor)
        visitor.reads("Thank you. Your payment is booked")  # proven a moment ago
        visitor.page.reload()
        visitor.follow("See all payments")
        expect(visitor.page.get_by_text("Paid online")).to_have_count(before + 1)
        asks_for_the_code(open_browser(), brand, username, app)
    finally:
        office.remove_factors(username)


def asks_to_pay(visitor: Visitor, vehicle: str, amount: str) -> None:
    visitor.follow(f"See schedule and payments of {vehicle}")
    visitor.follow("Payments")
    visitor.follow("Make a payment")
    is_sound_at_one_brand(visitor.page)
    visitor.page.get_by_label("Amount in pounds").fill("a lot")
    visitor.press("Pay now")
    visitor.sees("Enter an amount in pounds and pence")
    is_sound_at_one_brand(visitor.page)
    visitor.page.get_by_label("Amount in pounds").fill(amount)
    visitor.press("Pay now")
    visitor.page.wait_for_url("**/signin/**")


def asks_to_pay_again(visitor: Visitor) -> None:
    visitor.follow("Make a payment")
    visitor.page.get_by_label("Amount in pounds").fill("7")
    visitor.press("Pay now")


def sets_up_an_app(visitor: Visitor) -> AuthenticatorApp:
    page = visitor.page
    visitor.reads("Set up a second step")
    visitor.sees("Not now")
    is_sound_at_one_brand(page)
    visitor.follow("Set up an authenticator app")
    expect(page.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
    is_sound_at_one_brand(page)
    typed_key = page.locator("code").inner_text()
    app = AuthenticatorApp(typed_key.replace(" ", ""), SystemClock())
    page.get_by_label("Code that the app shows now").fill(app.code())
    visitor.press("Turn on")
    visitor.reads("Keep your recovery codes")
    expect(page.locator(".codes li")).to_have_count(10)
    is_sound_at_one_brand(page)
    return app


def asks_for_the_code(visitor: Visitor, brand: str, username: str, app: AuthenticatorApp) -> None:
    """From now on the second step is asked at every sign-in; a code counts once."""
    visitor.customer_login(brand)
    visitor.sign_in(username)
    visitor.reads("Enter the code from your app")
    visitor.page.get_by_label("Code", exact=True).fill(app.other_than_right())
    visitor.press("Continue")
    visitor.sees("That code did not match")
