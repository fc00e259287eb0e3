"""The door to the console: roles, what each opens, and what must be proven for it (S3.12)."""

from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.staff import StaffMember

ROOMS = {
    "administrator": {"Applications", "Audit", "Health", "Staff"},
    "support": {"Customers", "Health"},
    "auditor": {"Applications", "Audit", "Health", "Staff"},
}


@pytest.mark.parametrize("role", ROOMS)
def test_each_role_sees_its_rooms(provider: Provider, role: str) -> None:
    sam = StaffMember(provider, role)
    page = sam.open("/console")
    every = set().union(*ROOMS.values())
    assert {room for room in every if page.links(room)} == ROOMS[role]


def test_a_customer_learns_nothing_of_it(provider: Provider, browser: Browser) -> None:
    provider.add_customer()
    browser.open("/console")
    page = browser.sign_in("ana", ANA_PASSWORD)
    assert (page.status, "There is no page here" in page.text) == (404, True)


def test_a_password_alone_opens_nothing(provider: Provider) -> None:
    sam = StaffMember(provider, "administrator")
    sam.browser.open("/console")
    assert "Enter the code from your app" in sam.browser.sign_in(sam.username, ANA_PASSWORD).text
    assert "Enter the code from your app" in sam.browser.open("/console").text or sam.browser.cookie("idp_session") is None


def test_ten_idle_minutes_end_the_session(provider: Provider, clock: TestClock) -> None:
    sam = StaffMember(provider, "support")
    assert "Console" in sam.open("/console").text
    clock.advance(timedelta(minutes=9))
    assert "Help a caller" in sam.browser.open("/console").text
    clock.advance(timedelta(minutes=10, seconds=1))
    assert "Sign in" in sam.browser.open("/console").text
    assert "Help a caller" in sam.prove().text


def test_who_loses_the_role_is_out_at_once(provider: Provider) -> None:
    sam = StaffMember(provider, "support")
    sam.open("/console")
    provider.take_role("support", "sam")
    assert sam.browser.open("/console").status == 404


@pytest.mark.parametrize(
    ("role", "pages"), [("administrator", ("clients", "clients/-/tokens", "staff")), ("auditor", ("audit",))]
)
def test_brands_go_by_their_names(provider: Provider, role: str, pages: tuple[str, ...]) -> None:
    """Their ids are for files, addresses and metadata."""
    provider.add_client("shop", brand="alphera")
    sam = StaffMember(provider, role, "alphera")
    sam.open("/console")
    for path in (*pages, "clients/shop"):
        words = sam.browser.open(f"/console/{path}").text.partition("As metadata")[0]
        assert "ALPHERA Financial Services" in words, path
        assert "alphera" not in words, path
