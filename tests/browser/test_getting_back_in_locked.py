"""Each way past a lock that `docs/recovery.md` promises, in Chromium, at each brand."""

import re

import pytest

from tests.browser.conftest import OpenBrowser
from tests.browser.getting_back import Outsider
from tests.browser.visitor import OF_ALL_OTHERS
from tests.drivers.authenticator_app import AuthenticatorApp

pytestmark = pytest.mark.browser

UNLOCK = re.compile(r"http\S+/unlock/[\w-]+")
OTHER = {"stellantis": "alphera", "alphera": "stellantis"}
# Where time opens no lock, a link alone opens none either.
STRICT = "alphera"


@pytest.fixture
def app(outsider: Outsider) -> AuthenticatorApp:
    return outsider.household.add_app(outsider.name)


def proves(outsider: Outsider, app: AuthenticatorApp) -> None:
    if outsider.brand == STRICT:
        outsider.visitor.reads("Enter the code from your app")
        outsider.types(app.code())


def the_password_is_taken(outsider: Outsider) -> None:
    outsider.visitor.customer_login(outsider.brand)
    outsider.tries(OF_ALL_OTHERS)
    outsider.visitor.reads("Enter the code from your app")


def test_a_lock_is_opened_and_the_password_kept(outsider: Outsider, app: AuthenticatorApp) -> None:
    outsider.is_locked_out()
    outsider.visitor.follow("Open it by e-mail")
    outsider.asks()
    outsider.opens_the_link()
    outsider.visitor.press("Keep my password and open the lock")
    proves(outsider, app)
    outsider.visitor.reads("The lock is open")
    the_password_is_taken(outsider)


def test_the_mail_about_a_lock_opens_it(outsider: Outsider, app: AuthenticatorApp) -> None:
    outsider.is_locked_out()
    outsider.visitor.page.goto(outsider.mailed(UNLOCK))
    outsider.visitor.press("It was me: open it again")
    proves(outsider, app)
    outsider.visitor.reads("You can sign in again")
    the_password_is_taken(outsider)


def test_a_new_password_opens_every_lock(open_browser: OpenBrowser, outsider: Outsider) -> None:
    """That of a browser that is known, and that of strangers, at two brands."""
    elsewhere = outsider.at(OTHER[outsider.brand], open_browser())
    outsider.is_in(OF_ALL_OTHERS)
    outsider.visitor.visit(outsider.brand, "/overview")
    outsider.visitor.press("Sign out")
    outsider.visitor.reads("You are signed out")
    outsider.is_locked_out()
    elsewhere.is_locked_out()
    outsider.comes_to_a_new_password()
    outsider.chooses_a_password()
    outsider.is_in()
    elsewhere.is_in()
