"""The main job as a story: in at one brand, known at the other, out at both."""

from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.servers import wait_until


def one_sign_in_two_brands_and_out_at_both(visitor: Visitor) -> None:
    """Told once for every network it has to work in; ana has never been at ALPHERA before."""
    page = visitor.page
    visitor.customer_login("stellantis")
    visitor.reads("Sign in to Stellantis customer portal")
    visitor.sees("official address of Stellantis Financial Services", "020 7946 0101")
    visitor.sign_in("ana")

    visitor.reads("Your agreements")
    visitor.sees("Ana Ferreira", "Peugeot e-208 GT", "£19,861.75", "£406.75", "6.9%")
    looks_at_an_agreement(visitor)

    visitor.customer_login("alphera")
    visitor.reads("Use the same sign-in at ALPHERA Financial Services?")
    visitor.sees("Ana Ferreira", "Your agreements and payments at Stellantis Financial Services")
    visitor.press("Allow")
    visitor.reads("Your agreements")
    visitor.sees("Triumph Bonneville T120", "£3,316.38")
    expect(page.locator("body")).not_to_contain_text("Peugeot")

    elsewhere = visitor.another_tab()
    elsewhere.visit("stellantis", "/overview")
    elsewhere.reads("Your agreements")
    visitor.press("Sign out")
    visitor.reads("You are signed out")
    visitor.sees("You are signed out here and at the sign-in service.")
    is_signed_out_within_seconds(elsewhere, "stellantis")


def looks_at_an_agreement(visitor: Visitor) -> None:
    page = visitor.page
    visitor.follow("See schedule and payments of Peugeot e-208 GT")
    visitor.reads("Peugeot e-208 GT")
    expect(page.get_by_role("img", name="The balance falls from £24,650.00")).to_be_visible()
    schedule = page.get_by_role("table", name="Repayment schedule")
    expect(schedule.locator("tbody tr:not(.year)")).to_have_count(48)
    visitor.follow("Payments")
    expect(page.get_by_role("table", name="Payments collected").locator("tbody tr")).to_have_count(17)
    visitor.follow("Documents")
    visitor.sees("Documents on file")
    visitor.follow("Personal details")
    visitor.sees("ana@example.test", "14 Lantern Row", "BS1 4QA", "ST-204118")


def is_signed_out_within_seconds(visitor: Visitor, brand: str) -> None:
    """The portal forgets the session by itself; and the provider, asked again, wants the password."""
    visitor.visit(brand)
    entry = visitor.page.get_by_role("banner").get_by_role("link", name="Customer Login")

    def is_out() -> bool:
        visitor.page.reload()
        return entry.is_visible()

    wait_until(is_out)
    visitor.visit(brand, "/overview")
    expect(visitor.page.get_by_label("Password", exact=True)).to_be_visible()
