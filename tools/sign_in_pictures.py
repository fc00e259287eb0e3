"""Takes a picture of each page of signing in, for `docs/sign-in.md`: `python -m tools.sign_in_pictures`.

It walks the way a customer would, through the demonstration, with the drivers of the tests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pyotp
from playwright.sync_api import Browser, expect, sync_playwright

from idp.subjects.subjects import NewSubject
from tests.browser.conftest import launch
from tests.browser.demo import Demo, a_demo
from tests.browser.device import Device
from tests.browser.lost import loses_the_app
from tests.browser.office import Office, an_office
from tests.browser.visitor import OF_ALL_OTHERS, Visitor
from tests.drivers.household import Household, vouched
from tools.sign_in_page import PICTURES

FOLDER = Path(__file__).parent.parent / "docs" / "images" / "sign-in"
PHONE = {"width": 416, "height": 600}
USUAL_PORTS = 9000
ACCOUNT = "/account/security"
# The one customer who never confirmed an e-mail address.
UNCONFIRMED = "otto"


@dataclass
class Walk:
    """One customer on the way, at one brand, with a camera."""

    demo: Demo
    office: Office
    chromium: Browser
    brand: str
    name: str = "olivia"

    def __post_init__(self) -> None:
        self.visitor = Visitor(self.chromium.new_page(viewport=PHONE, color_scheme="light"), self.demo)
        email = f"{self.name}@example.test"
        new = NewSubject(username=self.name, email=email, email_verified=self.name != UNCONFIRMED)
        self.office.add_customer(new, OF_ALL_OTHERS)
        self.household = Household(self.office.house, self.office.house.ground.app)

    def takes(self, page: str) -> None:
        """Writes what is seen now as the picture of `page`."""
        self.visitor.page.wait_for_load_state("networkidle")
        self.visitor.page.screenshot(path=FOLDER / f"{page}.png", full_page=True)

    def opens(self, path: str) -> None:
        self.visitor.page.goto(f"{self.demo.issuer}{path}")

    def passes_the_password(self) -> None:
        self.visitor.customer_login(self.brand)
        self.visitor.fill_in(self.name, OF_ALL_OTHERS)
        self.visitor.press("Sign in")
        expect(self.visitor.page.get_by_label("Username or e-mail")).to_have_count(0)

    def types(self, code: str) -> None:
        self.visitor.page.get_by_label("Code", exact=True).fill(code)
        self.visitor.press("Continue")


def locked(walk: Walk) -> None:
    """Too many wrong passwords, and the owner's mail about them."""
    walk.opens(walk.office.unlock_link(walk.name, walk.brand))
    walk.takes("unlock")
    walk.visitor.customer_login(walk.brand)
    walk.takes("sign-in")
    for _ in range(5):
        walk.visitor.fill_in(walk.name, "a wrong password")
        walk.visitor.press("Sign in")
        walk.visitor.page.wait_for_load_state("networkidle")
    walk.takes("locked")


def first_second_step(walk: Walk) -> None:
    """The offer, an app, recovery codes, and what the account shows of them."""
    walk.passes_the_password()
    walk.takes("offer")
    walk.visitor.press("Not now")
    walk.opens(f"{ACCOUNT}/apps/new")
    walk.takes("send-mail")
    vouched(walk.office.house, walk.household.clock, walk.visitor.page.url, walk.name)
    walk.visitor.page.reload()
    walk.takes("enrol")
    walk.visitor.follow("Make a passkey")
    walk.takes("enrol-passkey")
    walk.visitor.page.go_back()
    walk.visitor.follow("Set up an authenticator app")
    walk.takes("enrol-app")
    key = walk.visitor.page.locator("code").first.inner_text().replace(" ", "")
    walk.visitor.page.get_by_label("Code that the app shows now").fill(pyotp.TOTP(key).now())
    walk.visitor.press("Turn on")
    walk.takes("recovery-codes")
    walk.visitor.follow("Continue to your account")
    added = (("add-app", "/apps/new"), ("browsers", "/browsers"), ("texts", "/text"), ("mails", "/mail"))
    for page, path in (("security", ""), ("apps", "/apps"), *added):
        walk.opens(f"{ACCOUNT}{path}")
        walk.takes(page)


def unmet(walk: Walk) -> None:
    """Somebody whom nothing can vouch for."""
    walk.visitor.customer_login(walk.brand)
    walk.visitor.sign_in(walk.name)
    walk.opens(f"{ACCOUNT}/apps/new")
    walk.takes("unmet")


def codes(walk: Walk) -> None:
    """Each kind of code, other ways, and the pause."""
    walk.household.add_app(walk.name)
    walk.household.add_recovery_codes(walk.name)
    walk.household.add_phone(walk.name)
    walk.passes_the_password()
    walk.takes("code-of-app")
    walk.visitor.follow("I can’t use this")
    walk.takes("other-ways")
    walk.visitor.follow("Use one of your recovery codes")
    walk.takes("recovery-code")
    walk.visitor.page.go_back()
    walk.visitor.follow("Get a code by text")
    walk.takes("send-text")
    walk.visitor.press("Text me a code")
    walk.takes("code-by-text")
    for _ in range(6):
        walk.types("000000")
        walk.visitor.page.wait_for_load_state("networkidle")
    walk.takes("paused")


def passkeys(walk: Walk) -> None:
    """Adding one, the list, and the step after a password."""
    device = Device(walk.visitor.page, verifies=False)
    app = walk.household.add_app(walk.name)
    walk.passes_the_password()
    walk.types(app.code())
    walk.visitor.reads("We know of no agreement of yours")
    walk.opens(f"{ACCOUNT}/passkeys/new")
    walk.takes("add-passkey")
    walk.visitor.press("Make a passkey")
    walk.visitor.sees("is added.")
    walk.takes("passkeys")
    assert device.credentials()  # noqa: S101 - a picture of nothing would not be noticed
    walk.visitor.visit(walk.brand, "/overview")
    walk.visitor.press("Sign out")
    walk.passes_the_password()
    walk.takes("passkey")


def lost(walk: Walk) -> None:
    """An app that is gone, from the sign-in to its removal."""
    pictured = {name for name, _ in PICTURES}
    loses_the_app(
        walk.visitor,
        walk.office,
        walk.brand,
        "odile",
        "+447700900219",
        lambda page: walk.takes(page) if page in pictured else None,
    )


def recovery(walk: Walk) -> None:
    """From "can't sign in" to a new password."""
    walk.opens(f"/recovery?brand={walk.brand}")
    walk.visitor.page.get_by_text("I don’t know my username").click()
    walk.takes("recovery")
    walk.visitor.follow("Find my account by my agreement")
    walk.takes("recovery-agreement")
    walk.opens("/recovery")
    walk.visitor.page.get_by_label("Username, e-mail or agreement number").fill("nobody")
    walk.visitor.press("Send the e-mail")
    walk.takes("recovery-sent")
    walk.opens(walk.office.recovery_link(walk.name, walk.brand))
    walk.takes("recovery-arrived")
    walk.visitor.press("Choose a new password")
    walk.takes("recovery-password")
    walk.visitor.page.locator("input[name=password]").fill("saffron glacier walnut 41")
    walk.visitor.press("Change the password")
    walk.takes("recovery-done")


WALKS: tuple[tuple[str, str, Callable[[Walk], None]], ...] = (
    ("stellantis", "oliver", locked),
    ("alphera", "oona", recovery),
    ("alphera", "olivia", first_second_step),
    ("alphera", UNCONFIRMED, unmet),
    ("alphera", "oscar", codes),
    ("stellantis", "orla", passkeys),
    ("stellantis", "odette", lost),
)


def main() -> None:
    """Writes every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        a_demo(Path(folder) / "data", USUAL_PORTS) as demo,
        an_office(demo.settings) as office,
        sync_playwright() as driver,
    ):
        chromium = launch(driver)
        for brand, name, walk in WALKS:
            walk(Walk(demo, office, chromium, brand, name))
        chromium.close()


if __name__ == "__main__":
    main()
