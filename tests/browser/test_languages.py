"""In every language: a customer comes from a portal, signs in, looks at their account and asks for the way back in.

Every page fits a phone.
"""

import pytest
from playwright.sync_api import expect

from idp.core.language import LANGUAGES, _, speaking
from idp.subjects.subjects import NewSubject
from portals.language import TAGS, catalogue
from tests.browser.conftest import OpenBrowser
from tests.browser.demo import Demo
from tests.browser.office import Office
from tests.browser.sound import PHONE, is_sound_on_a_phone
from tests.browser.visitor import OF_ALL_OTHERS, Visitor

pytestmark = pytest.mark.browser

BRANDS = dict(zip(LANGUAGES, ("stellantis", "alphera", "stellantis", "alphera", "stellantis"), strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_browsers_language_is_spoken(open_browser: OpenBrowser, demo: Demo, office: Office, language: str) -> None:
    visitor, brand, name = open_browser(locale=language, viewport=PHONE), BRANDS[language], f"speaks-{language}"
    office.add_customer(NewSubject(username=name, email=f"{name}@example.test", email_verified=True), OF_ALL_OTHERS)
    office.puts_off_the_offer(name)
    at_portal = catalogue(language).gettext
    visitor.visit(brand, "/support")
    _is_read(visitor, TAGS.get(language, language), at_portal("How can we help?"))
    visitor.follow_entry()
    with speaking(language):
        _signs_in(visitor, name)
        _is_read(visitor, TAGS.get(language, language), at_portal("We know of no agreement of yours"))
        visitor.page.goto(f"{demo.issuer}/account")
        _is_read(visitor, language, _("Your account"))
        visitor.page.goto(f"{demo.issuer}/recovery?brand={brand}")
        _is_read(visitor, language, _("Can’t sign in?"))
        visitor.page.get_by_label(_("Username, e-mail or agreement number")).fill("nobody")
        visitor.press(_("Send the e-mail"))
        _is_read(visitor, language, _("Look in your mail"))


def _signs_in(visitor: Visitor, username: str) -> None:
    visitor.page.get_by_label(_("Username or e-mail")).fill(username)
    visitor.page.get_by_label(_("Password"), exact=True).fill(OF_ALL_OTHERS)
    with visitor.page.expect_navigation():
        visitor.press(_("Sign in"))


def _is_read(visitor: Visitor, language: str, heading: str) -> None:
    visitor.reads(heading)
    expect(visitor.page.locator("html")).to_have_attribute("lang", language)
    is_sound_on_a_phone(visitor.page)
