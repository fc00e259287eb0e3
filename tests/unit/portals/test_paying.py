"""Making a payment in the portal: the form, the extra check at the provider, the receipt."""

import html
import re
import time
from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
import requests

from portals.pages.paying import read_amount
from tests.unit.portals.conftest import Browser, Portal
from tests.unit.portals.fake_provider import FakeProvider

FORM = "/agreements/PCP-4471902/pay"


def fields(page: requests.Response) -> dict[str, str]:
    """Return what a browser would send of the payment form."""
    form = page.text.split('<form class="card', 1)[1].split("</form>")[0]
    return {
        html.unescape(name): html.unescape(re.findall(r'value="([^"]*)"', tag)[0])
        for tag in re.findall(r"<input[^>]*>", form)
        for name in re.findall(r'name="([^"]*)"', tag)
    }


def send(browser: Browser, form: dict[str, str], path: str = FORM, **headers: str) -> requests.Response:
    return browser.post(f"{browser.portal.url}{path}", data=form, headers=headers, timeout=10)


def filled(browser: Browser, amount: str = "150.00", path: str = FORM) -> dict[str, str]:
    return fields(browser.sign_in(path)) | {"amount": amount}


def booked(browser: Browser) -> int:
    return browser.open("/agreements/PCP-4471902/payments").text.count("Paid online")


def test_a_payment_goes_through_the_provider_to_its_receipt(browser: Browser, provider: FakeProvider) -> None:
    page = send(browser, filled(browser))
    assert page.status_code == 200
    assert re.fullmatch(r"/payments/[\w-]{32}", urlsplit(page.url).path)
    for words in ("Your payment is booked", "£150.00", "£19,711.75", "PCP-4471902"):
        assert words in page.text
    assert re.search(r"P-[0-9A-F]{10}", page.text)
    assert booked(browser) == 1
    assert "£19,711.75" in browser.open("/overview").text
    assert provider.introspections


def test_the_provider_is_asked_for_what_the_api_wants(browser: Browser, provider: FakeProvider) -> None:
    send(browser, filled(browser))
    first, second = provider.requests
    assert (second["acr_values"], second["max_age"]) == ("mfa", "300")
    assert "acr_values" not in first
    assert second["code_challenge_method"] == "S256"
    assert len({first["state"], second["state"]}) == len({first["nonce"], second["nonce"]}) == 2


def test_who_proved_enough_is_not_asked_again(browser: Browser, provider: FakeProvider) -> None:
    send(browser, filled(browser))
    page = send(browser, fields(browser.open(FORM)) | {"amount": "20"})
    assert "£20.00" in page.text
    assert len(provider.requests) == 2
    assert booked(browser) == 2


@pytest.mark.parametrize("error", ["unmet_authentication_requirements", "access_denied", "temporarily_unavailable"])
def test_not_now_leaves_the_form_as_it_was(browser: Browser, provider: FakeProvider, error: str) -> None:
    form = filled(browser, "£1,150.5")
    provider.answer_with = {"error": error, "code": ""}
    page = send(browser, form)
    assert page.status_code == 200
    assert "Nothing has been paid" in page.text
    assert fields(page) == form | {"amount": "1150.50"}
    provider.answer_with = {}
    draft = urlsplit(page.url).path
    assert "Nothing has been paid" in browser.open(f"{draft}/confirm").text
    assert booked(browser) == 0
    assert "Your payment is booked" in send(browser, fields(page)).text
    assert booked(browser) == 1


def test_a_proof_that_is_still_too_weak_is_no_loop(browser: Browser, provider: FakeProvider) -> None:
    form = filled(browser)
    provider.steps_up = False
    page = send(browser, form)
    assert "Nothing has been paid" in page.text
    assert {**fields(page), "csrf_token": form["csrf_token"]} == form
    assert len(provider.requests) == 2
    assert booked(browser) == 0


def test_the_same_form_sent_twice_is_one_payment(browser: Browser) -> None:
    first = send(browser, filled(browser))
    form = fields(browser.open(FORM)) | {"amount": "150.00", "draft": first.url.rsplit("/", 1)[1]}
    again = send(browser, form)
    assert first.url == again.url
    assert "Your payment is booked" in again.text
    assert "£150.00" in send(browser, form | {"amount": "99"}).text
    assert booked(browser) == 1


def test_an_answer_that_is_lost_is_asked_for_again(browser: Browser, portal: Portal) -> None:
    send(browser, filled(browser))
    form = fields(browser.open(FORM)) | {"amount": "20.00"}
    take = portal.app.view_functions["account_api.make_payment"]

    def lose(agreement_id: str) -> tuple[str, int]:
        take(agreement_id=agreement_id)
        return "broken", 502

    portal.app.view_functions["account_api.make_payment"] = lose
    page = send(browser, form)
    assert "We have not heard whether" in page.text
    portal.app.view_functions["account_api.make_payment"] = take
    changed = send(browser, fields(page) | {"amount": "21.00"})
    assert (changed.status_code, "That form was used before" in changed.text) == (409, True)
    assert "Your payment is booked" in send(browser, form).text
    assert booked(browser) == 2


def test_a_revoked_token_is_refreshed_once_and_then_pays_nothing(browser: Browser, provider: FakeProvider) -> None:
    send(browser, filled(browser))
    provider.active = False
    page = send(browser, fields(browser.open(FORM)) | {"amount": "20.00"})
    assert page.status_code == 503
    assert len({asked["token"] for asked in provider.introspections}) == 2
    assert booked(browser) == 1


@pytest.mark.parametrize("amount", ["", "0", "0.00", "-5", "abc", "1.234", "1e3", "<b>5</b>", "99999999", "9" * 400, "٣"])
def test_an_amount_that_is_none_is_said_so(browser: Browser, provider: FakeProvider, amount: str) -> None:
    page = send(browser, filled(browser, amount))
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert 'role="alert"' in page.text
    assert "<b>5" not in page.text
    assert len(provider.requests) == 1


def test_more_than_is_payable_is_said_so(browser: Browser) -> None:
    page = send(browser, filled(browser, "15000"))
    assert page.status_code == 422
    assert "settlement figure" in page.text
    assert fields(page)["amount"] == "15000"


def test_another_person_at_the_provider_gets_nothing(browser: Browser, provider: FakeProvider) -> None:
    form = filled(browser)
    provider.sub, provider.customer_number = "sub-of-ben", "ST-310552"
    page = send(browser, form)
    assert page.status_code == 404
    assert "no longer waiting" in page.text
    provider.sub, provider.customer_number = "sub-of-ana", "ST-204118"
    browser.sign_out()
    browser.sign_in()
    assert booked(browser) == 0


def test_a_form_of_another_site_pays_nothing(browser: Browser, provider: FakeProvider) -> None:
    form = filled(browser)
    for bad, headers in (
        ({"csrf_token": "guess"}, {}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
    ):
        assert send(browser, form | bad, **headers).status_code == 403
    assert send(browser, form | {"draft": "x"}).status_code == 400
    assert len(provider.requests) == 1


def test_a_payment_of_nobody_is_no_page(browser: Browser) -> None:
    browser.sign_in()
    for path in ("/payments/unknown", "/payments/unknown/confirm"):
        assert browser.open(path).status_code == 404
    assert browser.open("/agreements/PCH-2208316/pay").status_code == 404


def test_the_other_brand_takes_payments_too(start_portal: Callable[[str], Portal], provider: FakeProvider) -> None:
    provider.customer_number = "AL-773105"
    path = "/agreements/HP-8830264/pay"
    with Browser(start_portal("alphera")) as browser:
        page = send(browser, filled(browser, "75", path), path)
    assert "Your payment is booked" in page.text
    assert "Stellantis" not in page.text


def test_a_lease_takes_payments_too(browser: Browser, provider: FakeProvider) -> None:
    provider.customer_number = "ST-310552"
    path = "/agreements/PCH-2208316/pay"
    assert "Rentals still to pay" in send(browser, filled(browser, "75", path), path).text


@pytest.mark.parametrize(
    ("typed", "read"),
    [("£1,250.5", "1250.5"), (" 20 ", "20"), ("£ 3.05", "3.05"), ("..", None), ("150,00", None), ("1.250", None)],
)
def test_amounts_as_people_write_them(typed: str, read: str | None) -> None:
    assert read_amount(typed) == (None if read is None else Decimal(read))


def test_payments_are_offered_only_where_the_provider_can_check_enough(browser: Browser, provider: FakeProvider) -> None:
    provider.levels = ["pwd"]
    assert "Make a payment" not in browser.sign_in("/agreements/PCP-4471902").text
    assert "Make a payment" not in browser.open("/agreements/PCP-4471902/payments").text


def test_payments_are_offered_at_the_agreement_and_above_its_history(browser: Browser) -> None:
    assert "Make a payment" in browser.sign_in("/agreements/PCP-4471902").text
    assert "Make a payment" in browser.open("/agreements/PCP-4471902/payments").text


@pytest.mark.parametrize(("days", "told"), [(0, True), (2, True), (4, False)])
def test_who_was_given_their_sign_in_back_lately_is_asked_to_look_twice(
    browser: Browser, provider: FakeProvider, days: int, told: bool
) -> None:
    provider.id_token_changes = {"recovered_at": int(time.time()) - days * 86400}
    page = browser.sign_in(FORM).text
    assert ("Your sign-in was given back to you on" in page) == told
    assert "Pay now" in page


def test_who_never_recovered_is_told_nothing_of_it(browser: Browser) -> None:
    assert "given back" not in browser.sign_in(FORM).text
