"""Customers take a copy of what is kept about them."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

DATA = "/account/data"
NAME = '<script>alert("1")</script>\u202e =cmd'


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    brand = str(request.param)
    provider.add_customer(given_name=NAME, family_name="Ferreira", numbers={brand: "C-4711"}, claims={"phone_number": "+4420"})
    provider.add_customer("ben", given_name="Benedict")
    return provider.add_client("shop", brand=brand, consent="implied")


@pytest.fixture
def signed_in(provider: Provider, shop: RelyingParty) -> Browser:
    browser = provider.browser("198.51.100.7")
    browser.open(shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD).left
    return browser


def downloads(browser: Browser) -> dict[str, Any]:
    browser.open(DATA)
    found: dict[str, Any] = json.loads(browser.submit().body)
    return found


def test_everything_is_in_one_file_and_no_secret(provider: Provider, shop: RelyingParty, signed_in: Browser) -> None:
    told = downloads(signed_in)
    headers = signed_in.page.headers
    assert headers["Content-Disposition"] == 'attachment; filename="account-data-2026-11-02.json"'
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert (told["account"]["username"], told["account"]["email"]) == ("ana", "ana@example.test")
    assert told["account"]["given_name"] == NAME
    assert told["account"]["further_details"] == {"phone_number": "+4420"}
    assert [number["customer_number"] for number in told["agreements"]] == ["C-4711"]
    assert [way["kind"] for way in told["ways_to_sign_in"]] == ["password"]
    assert (len(told["browsers"]), told["sessions"][0]["address"]) == (1, "198.51.100.7")
    assert told["sessions"][0]["applications"] == ["shop"]
    assert [entry["what"] for entry in told["activity"]][:1] == ["SignedIn"]
    assert told["brands_visited"] == [{"brand": shop.metadata.brand, "since": "2026-11-02T09:30:00+00:00"}]
    body = signed_in.page.body
    for secret in ("argon2", signed_in.cookie("idp_session"), signed_in.cookie("idp_device"), "ben", "Benedict"):
        assert secret is not None
        assert secret not in body


def test_it_takes_a_fresh_proof(signed_in: Browser, clock: TestClock) -> None:
    signed_in.open(DATA)
    sent = signed_in.page.forms[-1].fields
    clock.advance(timedelta(minutes=6))
    assert "Confirm it’s you" in signed_in.post(DATA, sent).text
    assert "Confirm it’s you" in signed_in.open(DATA).text
    assert "Download your data" in signed_in.submit(password=ANA_PASSWORD).text


def test_nobody_else_gets_it(provider: Provider, signed_in: Browser) -> None:
    signed_in.open(DATA)
    sent = signed_in.page.forms[-1].fields
    stranger = provider.browser()
    assert stranger.post(DATA, sent).status == 403
    assert "Sign in to your account" in stranger.open(DATA).text
    assert signed_in.post(DATA, {}).status == 403
