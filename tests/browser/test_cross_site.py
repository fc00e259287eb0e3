"""The main job where no two parties share a site: only here do SameSite, __Host- and form-action show what they do."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright

from tests.browser.conftest import launch
from tests.browser.main_job import one_sign_in_two_brands_and_out_at_both
from tests.browser.three_sites import ThreeSites, three_sites
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeSites]:
    with three_sites(tmp_path_factory.mktemp("sites")) as sites:
        yield sites


@pytest.fixture(scope="module")
def chromium(playwright: Playwright, places: ThreeSites) -> Iterator[Browser]:
    """All of it, as people have it."""
    browser = launch(playwright, *places.switches)
    yield browser
    browser.close()


def test_one_sign_in_two_brands_and_out_at_both(visitor: Visitor) -> None:
    one_sign_in_two_brands_and_out_at_both(visitor)


def test_the_cookies_are_bound_to_their_hosts(visitor: Visitor) -> None:
    visitor.sign_in_at("stellantis")
    cookies = {cookie["name"]: cookie for cookie in visitor.cookies()}
    assert {name: cookie["domain"] for name, cookie in cookies.items()} == {
        "__Host-idp_browser": "id.provider.test",
        "__Host-idp_browser_state": "id.provider.test",
        "__Host-idp_device": "id.provider.test",
        "__Host-idp_session": "id.provider.test",
        "__Host-stellantis_portal": "portal.stellantis.test",
    }
    # It goes into frames of other sites, where a script reads it, and is no handle of anything.
    state = cookies.pop("__Host-idp_browser_state")
    assert (state["secure"], state["httpOnly"], state["sameSite"], state["path"]) == (True, False, "None", "/")
    for cookie in cookies.values():
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, True, "Lax", "/")


def test_browsers_are_told_never_to_come_without_tls(visitor: Visitor, places: ThreeSites) -> None:
    for address in (places.issuer, *places.portals.values()):
        answer = visitor.page.goto(address)
        assert answer is not None
        assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"


def test_a_request_posted_from_another_site_finds_the_session(visitor: Visitor, places: ThreeSites) -> None:
    visitor.sign_in_at("stellantis")
    visitor.page.goto(places.shop.address)
    with visitor.page.expect_request(f"{places.issuer}/authorize") as sent:
        visitor.press("Sign in")
    headers = sent.value.all_headers()
    sent_along = [one.partition("=")[0] for one in headers.get("cookie", "").split("; ")]
    assert (headers["sec-fetch-site"], sent_along) == ("cross-site", ["__Host-idp_browser_state"])
    visitor.reads(f"Allow {places.shop.name}?")
    visitor.press("Allow")
    visitor.reads("Welcome to the shop")
    answer = places.shop.received[-1].parameters
    assert (answer["state"], answer["iss"]) == ("what the shop remembers", places.issuer)
    assert answer["code"]
    # A browser that withholds our cookie in frames of other sites says so; "changed" would have the shop ask for ever.
    assert visitor.asks_for_session(f"{places.shop.client_id} {answer['session_state']}") in ("unchanged", "error")


def test_an_answer_by_form_reaches_another_site(visitor: Visitor, places: ThreeSites) -> None:
    visitor.page.goto(places.shop.url(response_mode="form_post", prompt="consent"))
    visitor.sign_in()
    visitor.press("Allow")
    visitor.reads("Welcome to the shop")
    assert places.shop.received[-1].method == "POST"
    assert places.shop.received[-1].parameters.keys() == {"code", "state", "iss", "session_state"}


def test_another_site_cannot_sign_a_customer_out(visitor: Visitor, places: ThreeSites) -> None:
    visitor.sign_in_at("stellantis")
    visitor.page.goto(places.shop.address)
    visitor.posts_from_here(f"{places.issuer}/logout/confirm", "logout")
    visitor.reads("That form came from another site")
    visitor.page.goto(places.shop.address)
    visitor.posts_from_here(visitor.portal("stellantis", "/logout"), "csrf_token")
    visitor.reads("You are signed in")
    visitor.page.goto(places.shop.url(prompt="none"))
    visitor.reads("Welcome to the shop")
    assert places.shop.received[-1].parameters.get("error") != "login_required"
