"""In a real browser: a password that is judged while it is typed, a new address, and the way back from the old mailbox."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Newcomer, OpenBrowser
from tests.browser.demo import Demo
from tests.servers import wait_until

pytestmark = pytest.mark.browser

NEW_PASSWORD = "violet harbour copper 41"


def test_password_and_address_are_changed_and_the_address_is_taken_back(
    newcomer: Newcomer, open_browser: OpenBrowser, demo: Demo
) -> None:
    visitor, name = newcomer()
    page, letter = visitor.page, mailbox(open_browser, demo)
    visitor.customer_login("alphera")
    visitor.sign_in(name)
    visitor.reads("We know of no agreement of yours")

    page.goto(f"{demo.issuer}/.well-known/change-password")
    visitor.reads("Your password")
    field, strength = page.get_by_label("New password", exact=True), page.locator("[data-strength]")
    field.press_sequentially("password password")
    expect(strength).to_contain_text("easy to guess")
    field.fill("")
    field.press_sequentially(NEW_PASSWORD)
    expect(strength).to_have_text("Strong enough.")
    visitor.press("Change your password")
    visitor.sees("Your password is changed", "Last changed today")

    page.goto(f"{demo.issuer}/account/details/email")
    page.get_by_label("New e-mail address").fill(f"{name}@example.org")
    visitor.press("Mail me a code")
    visitor.reads("First confirm that it’s you")
    page.get_by_label("Code", exact=True).fill(code_in(letter(f"{name}@example.test", "Your code")))
    visitor.press("Continue")
    visitor.reads("Type the code")
    page.get_by_label("Code", exact=True).fill(code_in(letter(f"{name}@example.org", "Confirm your e-mail address")))
    visitor.press("Confirm")
    visitor.sees("Your e-mail address is changed", f"{name}@example.org")

    link = re.search(r"http\S+/undo/\S+", letter(f"{name}@example.test", "Your e-mail address was changed"))
    assert link is not None
    reader = open_browser()
    reader.page.goto(link[0])
    reader.reads("Take this change back?")
    assert "/undo/" not in reader.page.url
    reader.press("It wasn’t me: change it back")
    reader.reads("Your contacts are as they were before")
    page.goto(f"{demo.issuer}/account/details")
    visitor.fill_in(name, NEW_PASSWORD)
    visitor.press("Sign in")
    visitor.reads("Sign-in by password is locked")


def mailbox(open_browser: OpenBrowser, demo: Demo) -> Callable[[str, str], str]:
    """Reads what was mailed last to an address under a subject, as the demonstration shows it."""
    post = open_browser().page

    def letter(address: str, subject: str) -> str:
        message = post.locator("details.message", has_text=address).filter(has_text=subject).first

        def arrived() -> bool:
            post.goto(f"{demo.issuer}/demo")
            return message.count() > 0

        wait_until(arrived)
        return message.locator("pre").text_content() or ""

    return letter


def code_in(letter: str) -> str:
    found = re.search("(?<![0-9])[0-9]{6}(?![0-9])", letter)
    assert found is not None
    return found[0]
