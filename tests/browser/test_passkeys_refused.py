"""Chromium with all that belongs to it, as people have it: asked to make a passkey without a password manager, it refuses."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect

from tests.browser.conftest import Newcomer, launch
from tests.browser.device import Device
from tests.browser.test_passkeys_unasked import OFFER, is_in, passes_the_password

pytestmark = pytest.mark.browser

WILL_NOT = """
const make = navigator.credentials.create.bind(navigator.credentials);
navigator.credentials.create = (options) => make(options).catch((why) => {
  document.documentElement.dataset.refused = why.name;
  throw why;
});
"""


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Its engine alone would wait for ever."""
    browser = launch(playwright)
    yield browser
    browser.close()


def test_a_browser_that_will_not_leaves_the_offer_as_it_was(newcomer: Newcomer) -> None:
    """It refuses, and nobody hears of it."""
    visitor, name = newcomer()
    device = Device(visitor.page, shows_dialogs=True)
    visitor.page.add_init_script(WILL_NOT)
    passes_the_password(visitor, "stellantis", name)
    expect(visitor.page.locator("html")).to_have_attribute("data-refused", "NotAllowedError")
    visitor.reads(OFFER)
    expect(visitor.page.locator(".ceremony")).to_be_hidden()
    visitor.press("Not now")
    is_in(visitor)
    assert device.credentials() == []
