"""A person at a browser of their own: they see what Chromium shows, and press what a person can press."""

import re
from urllib.parse import urljoin

from playwright.sync_api import Page, expect

from tests.browser.demo import Places
from tests.builders import ANA_PASSWORD

PASSWORDS = {
    "ana": ANA_PASSWORD,
    "ben": "copper harbour violet 3",
    "fleet": "granite meadow signal 9",
    "dev": "walnut ribbon eclipse 5",
}
OF_ALL_OTHERS = "mosaic harbour signal 4"

ASKS = """([iframe, said]) => new Promise((told) => {
    addEventListener("message", (event) => told([event.origin, event.data]), { once: true });
    const frame = Object.assign(document.createElement("iframe"), { src: iframe, hidden: true });
    frame.addEventListener("load", () => frame.contentWindow.postMessage(said, new URL(iframe).origin));
    document.body.append(frame);
})"""


class Visitor:
    """Acts in one tab. `another_tab` gives the same person a second one."""

    def __init__(self, page: Page, places: Places) -> None:
        self.page = page
        self.places = places

    def another_tab(self) -> "Visitor":
        return Visitor(self.page.context.new_page(), self.places)

    def portal(self, brand: str, path: str = "/") -> str:
        """The address of a page of a brand's portal."""
        return f"{self.places.portals[brand]}{path}"

    def visit(self, brand: str, path: str = "/") -> None:
        self.page.goto(self.portal(brand, path))

    def customer_login(self, brand: str) -> None:
        """From the portal's start page by the entry at its top right."""
        self.visit(brand)
        self.follow_entry()

    def follow_entry(self) -> None:
        # The only link there beside the logo, whatever the language.
        self.page.get_by_role("banner").get_by_role("link").last.click()

    def fill_in(self, username: str, password: str) -> None:
        self.page.get_by_label("Username or e-mail").fill(username)
        self.page.get_by_label("Password", exact=True).fill(password)

    def sign_in(self, username: str = "ana") -> None:
        """Fills in the sign-in form and sends it; a second step that is offered then is put off."""
        self.fill_in(username, PASSWORDS.get(username, OF_ALL_OTHERS))
        with self.page.expect_navigation():
            self.press("Sign in")
        if self.page.url.endswith("/offer"):
            self.press("Not now")

    def sign_in_at(self, brand: str, username: str = "ana") -> None:
        """The whole way from the start page to the overview."""
        self.customer_login(brand)
        self.sign_in(username)
        expect(self.page).to_have_url(self.portal(brand, "/overview"))

    def go_on_at(self, brand: str) -> None:
        """To another brand for the first time, allowing it."""
        self.customer_login(brand)
        self.press("Allow")
        expect(self.page).to_have_url(self.portal(brand, "/overview"))

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def follow(self, link: str) -> None:
        self.page.get_by_role("link", name=link, exact=True).click()

    def sees(self, *words: str) -> None:
        """Waits until all these words stand on the page."""
        for text in words:
            expect(self.page.locator("body")).to_contain_text(text)

    def reads(self, heading: str) -> None:
        """Waits until this is the main heading."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(rf"^\s*{re.escape(heading)}\s*$"))

    def cookies(self) -> list[dict[str, object]]:
        """All cookies of this browser, with their attributes."""
        return [dict(cookie) for cookie in self.page.context.cookies()]

    def asks_for_session(self, said: str) -> str:
        """What check_session_iframe answers to a script of the page that is open, whosever it is."""
        origin, told = self.page.evaluate(ASKS, [f"{self.places.issuer}/check-session", said])
        assert origin == urljoin(self.places.issuer, "/")[:-1]
        return str(told)

    def posts_from_here(self, address: str, field: str) -> None:
        """A page of somebody else sends a form without being asked to."""
        self.page.evaluate(
            """([action, name]) => {
                const form = Object.assign(document.createElement("form"), { method: "post", action });
                form.append(Object.assign(document.createElement("input"), { name, value: "1" }));
                document.body.append(form);
                form.submit();
            }""",
            [address, field],
        )
        self.page.wait_for_url(lambda url: url.startswith(address.rpartition("/")[0]))
