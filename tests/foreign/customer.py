"""Ana at her browser, sent to and fro by an application."""

from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser


def goes(browser: Browser, url: str) -> str:
    """Where the browser ends that is sent to `url`; Ana signs in and allows whatever is asked."""
    page = browser.open(url)
    if not page.left and any("password" in form.fields for form in page.forms):
        page = browser.sign_in("ana", ANA_PASSWORD)
    if not page.left:
        page = browser.submit(press="allow")
    assert page.left, page.text
    return page.url
