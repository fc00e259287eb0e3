"""The main job in a real browser: one sign-in, two brands, out at both."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser
from tests.browser.main_job import is_signed_out_within_seconds, one_sign_in_two_brands_and_out_at_both
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def test_one_sign_in_two_brands_and_out_at_both(visitor: Visitor) -> None:
    one_sign_in_two_brands_and_out_at_both(visitor)


def test_a_fleet_customer_is_asked_once_at_another_brand_and_never_again(open_browser: OpenBrowser) -> None:
    first = open_browser()
    first.sign_in_at("stellantis", "fleet")
    first.reads("Your fleet")
    expect(first.page.get_by_role("table", name="Vehicles and agreements").locator("tbody tr")).to_have_count(6)
    first.customer_login("alphera")
    first.sees("We know of no agreement of yours at ALPHERA Financial Services.")
    first.press("Allow")
    first.reads("We know of no agreement of yours")
    second = open_browser()
    second.sign_in_at("stellantis", "fleet")
    second.customer_login("alphera")
    second.reads("We know of no agreement of yours")


def test_without_scripts_the_main_job_is_the_same(open_browser: OpenBrowser) -> None:
    visitor = open_browser(java_script_enabled=False)
    visitor.sign_in_at("alphera", "dev")
    visitor.sees("Volvo EX30 Plus")
    visitor.follow("See schedule and payments of Volvo EX30 Plus")
    visitor.sees("Repayment schedule")
    visitor.go_on_at("stellantis")
    visitor.reads("We know of no agreement of yours")
    elsewhere = visitor.another_tab()
    elsewhere.visit("alphera", "/overview")
    elsewhere.sees("Volvo EX30 Plus")
    visitor.press("Sign out")
    visitor.reads("You are signed out")
    is_signed_out_within_seconds(elsewhere, "alphera")


def test_who_denies_the_other_brand_is_told_so_calmly_and_asked_again(visitor: Visitor) -> None:
    visitor.sign_in_at("stellantis", "ben")
    for _ in range(2):
        visitor.customer_login("alphera")
        visitor.press("Deny")
        visitor.reads("You chose not to continue")
        visitor.sees("Nothing was shared.")
    visitor.follow("Go to the start page")
    expect(visitor.page).to_have_url(visitor.portal("alphera"))
    visitor.visit("stellantis", "/overview")
    visitor.sees("Citroën ë-C4 Max")
