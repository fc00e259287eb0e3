"""Applications that are not the brands' own: they are registered by hand, and the customer decides what they get."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.conftest import OpenBrowser
from tests.browser.demo import REPOSITORY, Demo, free_ports, idp, running
from tests.browser.office import Office
from tests.browser.shop import Shop, a_shop
from tests.browser.visitor import PASSWORDS, Visitor
from tests.servers import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shop(demo: Demo, office: Office) -> Iterator[Shop]:
    with a_shop(demo.issuer, "stellantis") as shop:
        office.add_client(shop.metadata)
        yield shop


def test_a_stranger_asks_for_consent_and_gets_what_was_allowed(visitor: Visitor, shop: Shop) -> None:
    visitor.page.goto(shop.url())
    visitor.reads(f"Sign in to {shop.name}")
    visitor.sign_in("ben")
    visitor.reads(f"Allow {shop.name}?")
    visitor.sees("Ben Okafor", "See your name", "Learn your password")
    visitor.press("Deny")
    visitor.reads("Welcome to the shop")
    assert shop.received[-1].parameters["error"] == "access_denied"

    visitor.page.goto(shop.url())
    visitor.press("Allow")
    visitor.reads("Welcome to the shop")
    answer = shop.received[-1].parameters
    assert answer["code"]
    assert (answer["state"], answer["iss"]) == ("what the shop remembers", shop.issuer)

    visitor.page.goto(shop.url(prompt="consent"))
    visitor.reads(f"Allow {shop.name}?")


def test_an_answer_travels_by_form_with_scripts_and_without(visitor: Visitor, open_browser: OpenBrowser, shop: Shop) -> None:
    visitor.page.goto(shop.url(response_mode="form_post"))
    visitor.sign_in("fleet")
    visitor.press("Allow")
    visitor.reads("Welcome to the shop")
    assert shop.received[-1].method == "POST"
    assert shop.received[-1].parameters.keys() == {"code", "state", "iss", "session_state"}
    plain = open_browser(java_script_enabled=False)
    plain.page.goto(shop.url(response_mode="form_post"))
    plain.sign_in("fleet")
    plain.reads(f"Taking you to {shop.name}")
    plain.press("Continue")
    plain.reads("Welcome to the shop")
    assert shop.received[-1].parameters["state"] == "what the shop remembers"


def test_prompts_ask_again(visitor: Visitor, shop: Shop) -> None:
    visitor.page.goto(shop.url(prompt="none"))
    visitor.reads("Welcome to the shop")
    assert shop.received[-1].parameters["error"] == "login_required"
    visitor.sign_in_at("stellantis", "ana")
    visitor.page.goto(shop.url(prompt="login"))
    visitor.reads("Confirm it’s you")
    visitor.sees("a•••")
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORDS["ana"])
    visitor.press("Confirm")
    visitor.reads(f"Allow {shop.name}?")
    visitor.page.goto(shop.url(prompt="select_account"))
    visitor.reads("Choose an account")
    visitor.press("Use another account")
    visitor.reads(f"Sign in to {shop.name}")
    visitor.sign_in("dev")
    visitor.reads(f"Allow {shop.name}?")
    visitor.sees("Dev Patel")


def test_the_example_of_the_handbook_runs(visitor: Visitor, demo: Demo, tmp_path: Path) -> None:
    port = free_ports(1)
    file = tmp_path / "client.yaml"
    file.write_text((REPOSITORY / "examples/client.yaml").read_text().replace(":9100", f":{port}"))
    added = json.loads(idp("client", "add", "--json", "--file", str(file), environment=demo.settings))
    settings = {"ISSUER": demo.issuer, "PORT": str(port), "CLIENT_SECRET": added["client_secret"]}
    home = f"http://localhost:{port}"
    with running([sys.executable, "examples/relying_party.py"], settings):
        wait_until(lambda: requests.get(home, timeout=5).ok, requests.ConnectionError)
        visitor.page.goto(home)
        visitor.follow("Sign in")
        visitor.reads("Sign in to Example application")
        visitor.sign_in("ana")
        visitor.press("Allow")
        visitor.sees("Hello Ana Ferreira.")
        visitor.follow("Sign out")
        expect(visitor.page.get_by_role("link", name="Sign in")).to_be_visible()
        expect(visitor.page).to_have_url(f"{home}/")
