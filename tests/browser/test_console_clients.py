"""An administrator registers a web application by the console alone and by the keyboard alone; a customer signs in to it."""

import pytest
import requests
from playwright.sync_api import Page

from tests.browser.conftest import OpenBrowser
from tests.browser.demo import Demo
from tests.browser.office import Office
from tests.browser.registering import Administrator
from tests.browser.shop import VERIFIER, a_shop
from tests.browser.sound import is_sound

pytestmark = pytest.mark.browser


CLIPBOARD = ["clipboard-read", "clipboard-write"]
# No address leads to these; all others are walked by the table of routes.
ON_THE_WAY = {"refused", "review", "secret"}


def looks_sound(name: str, page: Page) -> None:
    """What stands on the page is judged, the page stays as it is."""
    if name in ON_THE_WAY:
        is_sound(page)


def test_a_web_application_is_registered_and_a_customer_signs_in_to_it(
    open_browser: OpenBrowser, demo: Demo, office: Office
) -> None:
    with a_shop(demo.issuer, "alphera") as shop:
        ada = Administrator(open_browser(permissions=CLIPBOARD), office, "ada", looks_sound)
        ada.signs_in()
        secret = ada.registers(shop.name, shop.client_id, "ALPHERA", f"{shop.address}/callback")
        ada.chooses("Copy these lines")
        ada.visitor.sees("Copied")
        lines = [f"ISSUER={demo.issuer}", f"CLIENT_ID={shop.client_id}", f"CLIENT_SECRET={secret}"]
        assert ada.page.evaluate("navigator.clipboard.readText()").splitlines() == lines
        ada.page.reload()
        assert secret not in ada.page.content()
        customer = open_browser()
        customer.page.goto(shop.url())
        customer.reads(f"Sign in to {shop.name}")
        customer.sign_in("ben")
        customer.press("Allow")
        customer.reads("Welcome to the shop")
        fields = {
            "grant_type": "authorization_code",
            "code": shop.received[-1].parameters["code"],
            "redirect_uri": f"{shop.address}/callback",
            "code_verifier": VERIFIER,
        }
        answer = requests.post(f"{demo.issuer}/token", fields, auth=(shop.client_id, secret), timeout=10)
        assert answer.json()["id_token"]
        ada.page.goto(f"{demo.issuer}/console/clients/{shop.client_id}/delete")
        ada.types("typed", shop.client_id)
        ada.chooses("Delete it")
        ada.visitor.sees(f"{shop.client_id} is deleted.")
