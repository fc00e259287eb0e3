"""The pages: what they say, and what they never carry."""

import re
from collections.abc import Callable

import pytest
import requests

from tests.unit.portals.conftest import Browser, Portal
from tests.unit.portals.fake_provider import FakeProvider

SIGNED_IN = [
    "/overview",
    "/agreements/PCP-4471902",
    "/agreements/PCP-4471902/payments",
    "/agreements/PCP-4471902/documents",
    "/agreements/PCP-4471902/pay",
    "/details",
]
PUBLIC = ["/", "/support", "/signed-out", "/nothing-here", "/callback?state=x"]


def test_the_landing_page_points_the_way(portal: Portal, provider: FakeProvider) -> None:
    page = requests.get(f"{portal.url}/", timeout=10).text
    assert '<a class="enter" href="/login">Customer Login</a>' in page
    assert "This sign-in is provided at" in page
    assert provider.issuer.removeprefix("http://") in page
    assert "Stellantis Financial Services" in page


@pytest.mark.parametrize("path", SIGNED_IN)
def test_without_a_session_a_page_leads_to_the_sign_in_and_back(portal: Portal, path: str) -> None:
    answer = requests.get(f"{portal.url}{path}", allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/login?next={path}")


def test_the_overview_shows_the_agreement(browser: Browser) -> None:
    page = browser.sign_in().text
    for words in ("Peugeot e-208 GT", "KY24 VNR", "£19,861.75", "£406.75", "6.9%", "17 of 48 payments made", "Ana Ferreira"):
        assert words in page


def test_the_schedule_is_a_table_and_a_picture_with_words(browser: Browser) -> None:
    page = browser.sign_in("/agreements/PCP-4471902").text
    assert page.count("<rect") >= 49
    assert 'role="img"' in page
    assert "The balance falls from £24,650.00" in page
    assert page.count('scope="row"') == 48
    assert "Optional final payment £9,875.00" in page


def test_details_come_from_the_provider_and_the_brand(browser: Browser, provider: FakeProvider) -> None:
    page = browser.sign_in("/details").text
    assert f'<a href="{provider.issuer}/account/security?brand=stellantis">Sign-in and security</a>' in page
    assert f'<a href="{provider.issuer}/account?brand=stellantis">Your account</a>' in page
    assert f'<a class="name" href="{provider.issuer}/account?brand=stellantis">Ana' in page
    for words in ("ana@example.test", "+44 1632 960011", "14 Mill Lane", "BA1 5LR", "ST-204118"):
        assert words in page


def test_a_fleet_is_one_table(browser: Browser, provider: FakeProvider) -> None:
    provider.customer_number = "ST-900077"
    page = browser.sign_in().text
    assert "Your fleet" in page
    assert page.count('scope="row"') == 6
    assert "£76,463.67" in page


def test_no_agreement_is_said_kindly(browser: Browser, provider: FakeProvider) -> None:
    provider.customer_number = None
    page = browser.sign_in().text
    assert "We know of no agreement of yours" in page
    assert "£" not in page


def test_a_lease_has_rentals_and_no_interest(browser: Browser, provider: FakeProvider) -> None:
    provider.customer_number = "ST-310552"
    page = browser.sign_in("/agreements/PCH-2208316").text
    assert "Rentals still to pay" in page
    assert "Interest in all" not in page


def test_the_other_brand_is_the_same_portal_in_another_dress(
    start_portal: Callable[[str], Portal], provider: FakeProvider
) -> None:
    provider.customer_number = "AL-773105"
    with Browser(start_portal("alphera")) as browser:
        page = browser.sign_in().text
    assert "Triumph Bonneville T120" in page
    assert "ALPHERA Financial Services is a trading name of BMW Financial Services (GB) Limited." in page
    assert "Stellantis" not in page


def test_names_from_outside_are_inert(browser: Browser, provider: FakeProvider) -> None:
    provider.claims |= {"name": "<script>alert(1)</script>", "email": '"><img src=x>', "address": "not an object"}
    page = browser.sign_in("/details").text
    assert "<script" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("path", PUBLIC + SIGNED_IN)
def test_every_page_keeps_its_own_policy(browser: Browser, provider: FakeProvider, path: str) -> None:
    browser.sign_in()
    page = browser.open(path)
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http://127.0.0.1:")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in page.headers
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", page.text)
    assert not re.search(r'src="https?:', page.text)
    own = {f"{provider.issuer}/account{page}?brand=stellantis" for page in ("", "/details", "/security")}
    own |= {f"{provider.issuer}/recovery?brand=stellantis"}
    assert set(re.findall(r'href="(https?:[^"]*)"', page.text)) <= own
    assert page.text.count("<h1") == 1


def test_static_files_may_be_kept_only_by_their_digest(portal: Portal) -> None:
    page = requests.get(f"{portal.url}/", timeout=10).text
    (named,) = re.findall(r'href="(/static/portal\.css[^"]*)"', page)
    assert "immutable" in requests.get(f"{portal.url}{named}", timeout=10).headers["Cache-Control"]
    assert "no-cache" in requests.get(f"{portal.url}/static/portal.css", timeout=10).headers["Cache-Control"]


def test_an_agreement_of_somebody_else_is_no_page(browser: Browser) -> None:
    browser.sign_in()
    for path in ("/agreements/PCH-2208316", "/agreements/..%2Fcustomer", "/agreements/%00", "/agreements/é"):
        assert browser.open(path).status_code == 404


def test_an_api_that_fails_is_a_calm_page(browser: Browser, portal: Portal) -> None:
    browser.sign_in()
    portal.app.view_functions["account_api.list_agreements"] = lambda: ("broken", 500)
    page = browser.open("/overview")
    assert page.status_code == 503
    assert "cannot show your account" in page.text


def test_a_fault_gives_a_reference_and_nothing_else(browser: Browser, portal: Portal) -> None:
    def fail() -> str:
        raise RuntimeError("the secret cause")

    portal.app.view_functions["pages.support"] = fail
    page = browser.open("/support")
    assert page.status_code == 500
    assert "Reference for support" in page.text
    assert "secret cause" not in page.text


def test_an_unknown_host_is_refused(portal: Portal) -> None:
    answer = requests.get(f"{portal.url}/", headers={"Host": "evil.example"}, timeout=10)
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_an_unknown_address_keeps_the_customer_signed_in(browser: Browser) -> None:
    browser.sign_in()
    page = browser.open("/nothing-here")
    assert page.status_code == 404
    assert "Sign out</button>" in page.text


def test_health_answers_at_once(portal: Portal) -> None:
    assert requests.get(f"{portal.url}/health", timeout=10).json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/", "/support", "/callback?state=unknown"])
def test_who_cannot_sign_in_is_led_to_the_provider(browser: Browser, provider: FakeProvider, path: str) -> None:
    """In the dress of this brand, from every page that people come to who cannot sign in."""
    assert f'href="{provider.issuer}/recovery?brand={browser.portal.settings.brand.id}"' in browser.open(path).text
