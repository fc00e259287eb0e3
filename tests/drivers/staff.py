"""Somebody of the staff at the console: signs in with both factors, and does what a page offers."""

from tests.builders import ANA_PASSWORD
from tests.drivers.authenticator_app import AuthenticatorApp
from tests.drivers.browser import Browser, Page
from tests.drivers.household import Household


class StaffMember:
    """A person with a role, an authenticator app and a browser."""

    def __init__(self, household: Household, role: str, brand: str | None = None, username: str = "sam") -> None:
        household.add_customer(username, given_name=username.title(), family_name="Staff")
        household.give_role(role, username, brand)
        self.username = username
        self.app: AuthenticatorApp = household.add_app(username)
        self.browser: Browser = household.browser()

    def open(self, path: str) -> Page:
        """A page of the console; what the gate asks on the way is proven."""
        self.browser.open(path)
        return self.prove()

    def prove(self) -> Page:
        """Proves what is asked, if anything is."""
        if self._asks_for("password"):
            self.browser.sign_in(self.username, ANA_PASSWORD)
        if self._asks_for("code"):
            self.browser.submit(code=self.app.code())
        return self.browser.page

    def _asks_for(self, field: str) -> bool:
        return any(field in form.fields for form in self.browser.page.forms)
