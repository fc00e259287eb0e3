"""A code by text in a real browser: it comes, it is typed, and another one can be had when it is time."""

import re

import pytest
from playwright.sync_api import expect

from idp.subjects.subjects import NewSubject
from tests.browser.conftest import OpenBrowser
from tests.browser.demo import Demo
from tests.browser.office import Office
from tests.browser.visitor import OF_ALL_OTHERS, Visitor
from tests.servers import wait_until

pytestmark = pytest.mark.browser

NUMBERS = {"scripts": "+447700900301", "plain": "+447700900302"}


def texted(visitor: Visitor, office: Office, name: str) -> None:
    """Somebody with codes by text turned on has come to the page of the code, and asked for one."""
    office.add_customer(NewSubject(username=name, email=f"{name}@example.test", email_verified=True), OF_ALL_OTHERS)
    office.add_phone(name, NUMBERS[name])
    visitor.customer_login("alphera")
    visitor.sign_in(name)
    visitor.sees(f"•••• {NUMBERS[name][-3:]}")
    visitor.press("Text me a code")
    visitor.reads("Enter the code we texted")


def code_on_the_phone(visitor: Visitor, demo: Demo, number: str) -> str:
    """What the demonstration shows as sent."""
    phone = visitor.another_tab().page
    message = phone.locator("details.message", has_text=number).first

    def arrived() -> bool:
        phone.goto(f"{demo.issuer}/demo")
        return message.count() > 0

    wait_until(arrived)
    found = re.search("[0-9]{6}", message.inner_text())
    assert found is not None
    return found[0]


def test_another_code_can_be_had_when_the_time_is_over(open_browser: OpenBrowser, office: Office, demo: Demo) -> None:
    visitor = open_browser()
    visitor.page.clock.install()
    texted(visitor, office, "scripts")
    another, left = visitor.page.get_by_role("button", name="Text me another code"), visitor.page.get_by_role("timer")
    expect(another).to_be_hidden()
    expect(left).to_have_text(re.compile("^[23][0-9] seconds$"))
    visitor.page.clock.run_for(20_000)
    expect(left).to_have_text(re.compile("^([1-9]|10) seconds?$"))
    expect(another).to_be_hidden()
    visitor.page.clock.run_for(10_000)
    expect(another).to_be_visible()
    expect(left).to_be_hidden()
    code = code_on_the_phone(visitor, demo, NUMBERS["scripts"])
    visitor.page.get_by_label("Code", exact=True).fill(f"{code[:3]} {code[3:]}")
    visitor.press("Continue")
    visitor.reads("We know of no agreement of yours")


def test_without_scripts_it_is_the_same(open_browser: OpenBrowser, office: Office, demo: Demo) -> None:
    visitor = open_browser(java_script_enabled=False)
    texted(visitor, office, "plain")
    visitor.press("Text me another code")
    visitor.sees("You can have another code in")
    visitor.page.get_by_label("Code", exact=True).fill(code_on_the_phone(visitor, demo, NUMBERS["plain"]))
    visitor.press("Continue")
    visitor.reads("We know of no agreement of yours")
