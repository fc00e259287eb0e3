"""In a real browser: an auditor finds who failed to sign in, reads the proof, and takes the file away."""

import csv
import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser
from tests.browser.demo import Demo
from tests.browser.office import Office
from tests.browser.sound import is_sound
from tests.browser.visitor import OF_ALL_OTHERS
from tests.drivers.household import Household

pytestmark = pytest.mark.browser


def test_find_in_audit(open_browser: OpenBrowser, demo: Demo, office: Office) -> None:
    name = f"auditor-{secrets.token_hex(3)}"
    household = Household(office.house, office.house.ground.app)
    household.add_customer(name, OF_ALL_OTHERS, given_name="Nora", family_name="Reads")
    household.give_role("auditor", name)
    app = household.add_app(name)
    caller = open_browser()
    caller.customer_login("alphera")
    caller.fill_in("ben", "not his password")
    caller.press("Sign in")
    reference = caller.page.locator("footer .mono").inner_text()

    visitor = open_browser()
    page = visitor.page
    page.goto(f"{demo.issuer}/console/audit")
    visitor.fill_in(name, OF_ALL_OTHERS)
    visitor.press("Sign in")
    page.get_by_label("Code", exact=True).fill(app.code())
    visitor.press("Continue")
    visitor.reads("Audit")
    page.get_by_label("Reference").fill(reference)
    page.get_by_label("Outcome").select_option("refused")
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/audit?**")
    expect(page.get_by_role("row")).to_have_count(2)
    is_sound(page)
    with page.expect_download() as taken:
        visitor.follow("CSV")
    with open(taken.value.path(), encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["event"], row["reference"]) == ("SignInFailed", reference)
    visitor.follow("SignInFailed")
    visitor.sees("wrong_password", "ALPHERA Financial Services", reference, "as the provider wrote it", "sealed under head")
