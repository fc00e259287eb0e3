"""An administrator at the console of a running demonstration, who registers an application by the keyboard alone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from idp.subjects.subjects import NewSubject
from tests.browser.office import Office
from tests.browser.visitor import OF_ALL_OTHERS, Visitor
from tests.drivers.household import Household

MOST_TABS = 60
Looks = Callable[[str, Page], None]


class Administrator:
    """Somebody with the role, an authenticator app and a browser. `looks` is called with the name of each page on the way."""

    def __init__(self, visitor: Visitor, office: Office, username: str, looks: Looks) -> None:
        self.visitor, self.page, self.looks = visitor, visitor.page, looks
        new = NewSubject(
            username=username,
            email=f"{username}@example.test",
            email_verified=True,
            given_name=username.title(),
            family_name="Lindgren",
        )
        office.add_customer(new, OF_ALL_OTHERS)
        household = Household(office.house, office.house.ground.app)
        household.give_role("administrator", username)
        self.username, self.app = username, household.add_app(username)

    def signs_in(self) -> None:
        """To the list of applications, with both factors."""
        self.page.goto(f"{self.visitor.places.issuer}/console/clients")
        self.visitor.fill_in(self.username, OF_ALL_OTHERS)
        self.visitor.press("Sign in")
        self.page.get_by_label("Code", exact=True).fill(self.app.code())
        self.visitor.press("Continue")
        self.visitor.reads("Applications")
        self.looks("list", self.page)

    def registers(self, name: str, client_id: str, brand: str, redirect_uri: str) -> str:
        """A web application, from the list to its secret, which is answered. No mouse is touched."""
        self.chooses("Register an application")
        self.visitor.reads("What kind of application?")
        self.looks("kinds", self.page)
        self.chooses("Web application")
        self.visitor.reads("Register: web application")
        self.looks("form", self.page)
        self.types("client_name", name)
        self.types("client_id", client_id)
        self.types("brand", brand)
        self.types("redirect_uris", "http://app.example.com/callback")
        self.chooses("See what will be kept")
        self.visitor.sees("Nothing is saved yet", "must use https")
        expect(self.page.locator(".problem")).to_be_focused()
        self.looks("refused", self.page)
        self.chooses("Redirect addresses")
        expect(self.page.locator("#redirect_uris")).to_be_focused()
        self.types("redirect_uris", redirect_uri)
        self.chooses("See what will be kept")
        self.visitor.reads("Is this right?")
        self.looks("review", self.page)
        self.chooses("Register it")
        self.visitor.reads(f"{name} is registered")
        self.looks("secret", self.page)
        return self.page.locator("#secret").inner_text()

    def chooses(self, name: str) -> None:
        """A link or a button, reached by the tabulator and pressed by Enter."""
        self._tab(lambda: (self._focused("innerText") or "").strip() == name)
        self.page.keyboard.press("Enter")

    def types(self, field: str, text: str) -> None:
        """Into a field that the tabulator reaches, instead of what stood there."""
        if self._focused("id") != field:
            self._tab(lambda: self._focused("id") == field)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.type(text)

    def _tab(self, arrived: Callable[[], bool]) -> None:
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if arrived():
                return
        raise AssertionError("the tabulator does not lead there")

    def _focused(self, what: str) -> str | None:
        found: str | None = self.page.evaluate(f"document.activeElement && document.activeElement.{what}")
        return found
