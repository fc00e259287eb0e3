"""From a portal's "Can't sign in?" to a new password and back, in Chromium: with script and without, at each brand."""

import re

import pytest
from playwright.sync_api import expect

from idp.subjects.subjects import NewSubject
from tests.browser.conftest import OpenBrowser
from tests.browser.demo import Demo
from tests.browser.office import Office
from tests.browser.sound import is_sound
from tests.browser.visitor import OF_ALL_OTHERS, Visitor
from tests.journeys.recoveries import CODE, NEW
from tests.servers import wait_until

pytestmark = pytest.mark.browser

AGREEMENTS = {"stellantis": ("PCP-4903127", ("18", "2", "1991"), "NR2 3FJ", "ST-415206")}


def newest_mail(visitor: Visitor, demo: Demo, to: str) -> tuple[str, str]:
    """The link and the code of the newest mail, as the demonstration shows it."""
    post = visitor.another_tab().page
    message = post.locator("details.message", has_text=to).filter(has_text="Your way back in").first

    def arrived() -> bool:
        post.goto(f"{demo.issuer}/demo")
        return message.count() > 0

    wait_until(arrived)
    text = message.text_content() or ""
    post.close()
    link, code = re.search(r"http\S+/recovery/link/[\w-]+", text), CODE.search(text)
    assert link is not None
    assert code is not None
    return link.group(), code.group()


def test_by_agreement_and_code_with_script(open_browser: OpenBrowser, demo: Demo, office: Office) -> None:
    number, born, postcode, customer = AGREEMENTS["stellantis"]
    to = "elin.lost@example.test"
    new = NewSubject(username="elin.lost", email=to, email_verified=True, numbers={"stellantis": customer})
    office.add_customer(new, OF_ALL_OTHERS)
    visitor = open_browser()
    page = visitor.page
    visitor.visit("stellantis")
    visitor.follow("Can’t sign in?")
    visitor.reads("Can’t sign in?")
    is_sound(page)
    page.get_by_text("I don’t know my username").click()
    is_sound(page)
    visitor.follow("Find my account by my agreement")
    visitor.reads("Find your account by your agreement")
    page.get_by_label("Agreement number").fill(number)
    for label, typed in zip(("Day", "Month", "Year"), ("32", *born[1:]), strict=True):
        page.get_by_label(label).fill(typed)
    page.get_by_label("Postcode").fill(postcode)
    visitor.press("Send the e-mail")
    visitor.sees("Check your date of birth")
    is_sound(page)
    page.get_by_label("Day").fill(born[0])
    visitor.press("Send the e-mail")
    visitor.reads("Look in your mail")
    is_sound(page)
    _, code = newest_mail(visitor, demo, to)
    page.get_by_label("Code from the e-mail").fill("AAAA-AAAA")
    visitor.press("Go on")
    visitor.sees("That code did not match")
    is_sound(page)
    page.get_by_label("Code from the e-mail").fill(code.lower())
    visitor.press("Go on")
    visitor.reads("Get back in")
    is_sound(page)
    visitor.press("Choose a new password")
    visitor.reads("Choose a new password")
    page.locator("input[name=password]").fill("elin")
    visitor.press("Change the password")
    visitor.sees("too short")
    is_sound(page)
    page.locator("input[name=password]").fill(NEW)
    visitor.press("Change the password")
    visitor.reads("Your password is changed")
    is_sound(page)
    visitor.follow("Sign in")
    expect(page).to_have_url(visitor.portal("stellantis"))
    page.goto(f"{demo.issuer}/recovery/link/made-up")
    visitor.reads("This way back in is closed")
    is_sound(page)


def test_by_the_link_in_another_browser_without_script(open_browser: OpenBrowser, demo: Demo, office: Office) -> None:
    to = "elin.plain@example.test"
    office.add_customer(NewSubject(username="elin.plain", email=to, email_verified=True), OF_ALL_OTHERS)
    laptop, phone = open_browser(java_script_enabled=False), open_browser(java_script_enabled=False)
    laptop.customer_login("alphera")
    laptop.follow("Can’t sign in?")
    laptop.page.get_by_label("Username, e-mail or agreement number").fill("elin.plain")
    laptop.press("Send the e-mail")
    laptop.reads("Look in your mail")
    link, _ = newest_mail(laptop, demo, to)
    phone.page.goto(link)
    phone.reads("Get back in")
    phone.press("Choose a new password")
    phone.page.locator("input[name=password]").fill(NEW)
    phone.press("Change the password")
    phone.reads("Your password is changed")
    laptop.customer_login("alphera")
    laptop.fill_in("elin.plain", NEW)
    laptop.press("Sign in")
    expect(laptop.page.get_by_label("Username or e-mail")).to_have_count(0)
