"""From the portal’s “Activate online access” to the overview of the agreement, in Chromium; axe finds nothing on the way."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser
from tests.browser.demo import Demo
from tests.browser.sound import is_sound
from tests.browser.visitor import OF_ALL_OTHERS, Visitor
from tests.servers import wait_until

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Holder:
    """A sample customer without online access; `reached` finds the message in the mailbox, `shown` is what the page shows."""

    name: str
    agreement: str
    born: tuple[str, str, str]
    postcode: str
    reached: str
    shown: str


ELIN = Holder("Elin Moss", "PCP-4903127", ("18", "2", "1991"), "NR2 3FJ", "elin@example.test", "e•••@e•••")
IWAN = Holder("Iwan Price", "hp 8720056", ("9", "12", "1975"), "sa1 3sn", "+447700900340", "•••• 340")
IWANS_MAIL = "iwan@example.test"


def types_details(visitor: Visitor, brand: str, holder: Holder) -> None:
    visitor.visit(brand)
    visitor.follow("Activate online access")
    visitor.reads("Activate online access")
    is_sound(visitor.page)
    visitor.page.get_by_label("Agreement number").fill(holder.agreement)
    for label, number in zip(("Day", "Month", "Year"), holder.born, strict=True):
        visitor.page.get_by_label(label).fill(number)
    visitor.page.get_by_label("Postcode").fill(holder.postcode)
    visitor.press("Continue")


def types_code(visitor: Visitor, demo: Demo, to: str) -> None:
    visitor.reads("Enter the code")
    is_sound(visitor.page)
    visitor.page.get_by_label("Code", exact=True).fill(newest_code(visitor, demo, to))
    visitor.press("Continue")


def newest_code(visitor: Visitor, demo: Demo, to: str) -> str:
    """What the demonstration shows as sent."""
    post = visitor.another_tab().page
    message = post.locator("details.message", has_text=to).first

    def arrived() -> bool:
        post.goto(f"{demo.issuer}/demo")
        return message.count() > 0

    wait_until(arrived)
    found = re.search("(?<![0-9])[0-9]{6}(?![0-9])", message.text_content() or "")
    assert found is not None
    post.close()
    return found[0]


def chooses(visitor: Visitor, holder: Holder, brand: str) -> None:
    visitor.reads("Choose how you sign in")
    expect(visitor.page.get_by_label("First name")).to_have_value(holder.name.partition(" ")[0])
    is_sound(visitor.page)
    visitor.page.get_by_label("New password", exact=True).fill(OF_ALL_OTHERS)
    visitor.sees("Strong enough.")
    visitor.press("Activate online access")
    visitor.reads("Make your sign-in safer")
    visitor.press("Not now")
    expect(visitor.page).to_have_url(visitor.portal(brand, "/overview"))
    visitor.sees(holder.name)


def test_with_an_address_on_file(open_browser: OpenBrowser, demo: Demo) -> None:
    visitor = open_browser()
    types_details(visitor, "stellantis", ELIN)
    visitor.sees(ELIN.shown)
    types_code(visitor, demo, ELIN.reached)
    chooses(visitor, ELIN, "stellantis")
    visitor.sees("Vauxhall Corsa Electric")


def test_with_a_number_alone_on_file(open_browser: OpenBrowser, demo: Demo) -> None:
    visitor = open_browser()
    types_details(visitor, "alphera", IWAN)
    visitor.sees(IWAN.shown)
    types_code(visitor, demo, IWAN.reached)
    visitor.reads("Your e-mail address")
    is_sound(visitor.page)
    visitor.page.get_by_label("E-mail address").fill(IWANS_MAIL)
    visitor.press("Send me a code")
    types_code(visitor, demo, IWANS_MAIL)
    chooses(visitor, IWAN, "alphera")
    visitor.sees("Ducati Scrambler Icon")
