"""Two agents at the console in Chromium: a caller's lock is opened, then a lost second step is removed by both of them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.builders import ANA_PASSWORD
from tests.drivers.desk import QUESTIONS, TYPED, Desk
from tests.drivers.staff import StaffMember

pytestmark = pytest.mark.browser

SHOTS = ((1280, 900, "light"), (390, 844, "dark"))


def at_the_console(chromium: Browser, desk: Desk, agent: StaffMember) -> Page:
    """An agent signs in, by keyboard alone."""
    page = chromium.new_context(base_url=desk.provider.issuer).new_page()
    page.goto("/console/customers")
    page.get_by_label("Username or e-mail").fill(agent.username)
    page.get_by_label("Password", exact=True).fill(ANA_PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Code", exact=True).fill(agent.app.code())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Customers", level=1)).to_be_visible()
    return page


def is_sound(page: Page) -> None:
    """Nothing for axe to find, and nothing to scroll sideways, on a desk and on a phone."""
    for width, height, scheme in SHOTS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def takes_the_call(page: Page, desk: Desk) -> None:
    page.get_by_label("Who is it?").fill("Ana Ferreira")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Open A. F.").click()
    page.get_by_role("button", name="Begin the call").press("Enter")
    for asked in QUESTIONS[desk.brand]:
        page.locator(f"#{asked}").fill(TYPED[asked])
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("4 of 4 answers are right")
    page.get_by_role("button", name="Mail it").press("Enter")
    page.get_by_label("What they read").fill(desk.code())
    is_sound(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("You can help them below")).to_be_visible()


def test_a_caller_is_let_in_and_two_agents_remove_a_lost_step(chromium: Browser, desk: Desk) -> None:
    desk.provider.add_app("ana")
    locked = desk.provider.browser("192.0.2.9")
    for _ in range(6):
        locked.open("/account")
        locked.submit(username="ana", password="not the password")
    kim = desk.colleague("kim")
    page = at_the_console(chromium, desk, desk.sam)
    takes_the_call(page, desk)
    page.get_by_label("Why?").fill("locked out after a new phone")
    page.get_by_role("button", name="Open the lock").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The lock is open")
    assert desk.told("Your sign-in was opened again") == 1
    page.get_by_label("Why?").fill("<b>lost</b> the phone")
    page.get_by_role("button", name="Ask for a second-step reset").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("A second agent has to decide now")
    second = at_the_console(chromium, desk, kim)
    second.get_by_role("link", name="1 reset waits for a second agent").click()
    second.get_by_role("link", name="Decide about A. F.").press("Enter")
    expect(second.get_by_text("<b>lost</b> the phone")).to_be_visible()
    is_sound(second)
    second.get_by_role("button", name="Allow the reset").press("Enter")
    expect(second.get_by_role("status")).to_contain_text("The wait has begun")
    assert desk.told("Your second step is about to be removed") == 1
    page.get_by_role("link", name="A. F.").click()
    expect(page.get_by_text("can be finished after")).to_be_visible()
    expect(page.get_by_text("Signing in by password was opened again")).to_be_visible()
    is_sound(page)
