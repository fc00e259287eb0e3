"""Passkeys at a sign-in: alone, after a password, when asked again; and what is refused, with the sign-in still open."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.ceremony import Ceremony, ceremony_of, uses
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.drivers.soft_authenticator import SoftAuthenticator

FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return provider.add_client("shop", brand=str(request.param), consent="implied")


@pytest.fixture
def device(provider: Provider, shop: RelyingParty) -> SoftAuthenticator:
    return provider.add_passkey()


def claims_of(shop: RelyingParty, browser: Browser) -> dict[str, Any]:
    return shop.claims(shop.redeem(shop.code(browser.page))["id_token"])


def still_pending(page: Page, said: str) -> None:
    assert (page.status, said in page.text) == (422, True), page.text


def test_it_signs_in_without_a_name(shop: RelyingParty, browser: Browser, device: SoftAuthenticator) -> None:
    page = browser.open(shop.request())
    assert 'autocomplete="username webauthn"' in page.body
    assert uses(browser, device).left
    claims = claims_of(shop, browser)
    assert (claims["acr"], claims["amr"]) == ("phr", ["hwk", "user", "mfa"])
    assert browser.open(shop.request(prompt="none")).left


def test_the_options_say_nothing_of_anybody(shop: RelyingParty, browser: Browser, device: SoftAuthenticator) -> None:
    browser.open(shop.request())
    options = ceremony_of(browser).options
    assert (options["allowCredentials"], options["userVerification"], options["rpId"]) == ([], "required", "localhost")


def test_no_lock_stops_it(shop: RelyingParty, provider: Provider, device: SoftAuthenticator) -> None:
    browser = provider.browser()
    browser.open(shop.request())
    begun = browser.page.url
    for _ in range(5):
        page = browser.sign_in("ana", "not the password")
    assert "locked" in page.text
    browser.open(f"{begun}/passkey")
    assert uses(browser, device).left


def test_a_shared_computer_is_not_remembered(shop: RelyingParty, browser: Browser, device: SoftAuthenticator) -> None:
    browser.open(shop.request())
    assert uses(browser, device, shared="1").left
    assert (browser.cookie("idp_session") is not None, browser.cookie("idp_device")) == (True, None)


@pytest.mark.parametrize(("verifies", "acr"), [(True, "phr"), (False, "mfa")])
def test_it_is_the_step_after_a_password(shop: RelyingParty, provider: Provider, verifies: bool, acr: str) -> None:
    device, browser = provider.add_passkey(verifies=verifies, eligible=True, backed_up=True), provider.browser()
    browser.open(shop.request())
    assert "Use your passkey" in browser.sign_in("ana", ANA_PASSWORD).text
    assert browser.cookie("idp_session") is None
    assert len(ceremony_of(browser).options["allowCredentials"]) == 1
    assert uses(browser, device).left
    claims = claims_of(shop, browser)
    assert (claims["acr"], claims["amr"]) == (acr, ["pwd", "swk", "user", "mfa"])


def test_who_cannot_use_it_finds_the_other_ways(shop: RelyingParty, provider: Provider, device: SoftAuthenticator) -> None:
    app, browser = provider.add_app(), provider.browser()
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    browser.open(browser.page.link("I can’t use this"))
    browser.open(browser.page.link("authenticator app"))
    assert browser.submit(code=app.code()).left


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}, {"acr_values": "phr", "max_age": "60"}])
def test_asked_again_it_confirms(
    shop: RelyingParty, browser: Browser, device: SoftAuthenticator, clock: TestClock, asked: dict[str, str]
) -> None:
    browser.open(shop.request())
    uses(browser, device)
    first = claims_of(shop, browser)["auth_time"]
    clock.advance(FIVE_MINUTES)
    page = browser.open(shop.request(**asked))
    assert "passkey" in page.text
    assert ceremony_of(browser).options["userVerification"] == "required"
    assert uses(browser, device).left
    claims = claims_of(shop, browser)
    assert (claims["acr"], claims["auth_time"] - first) == ("phr", FIVE_MINUTES.total_seconds())


def test_one_that_does_not_verify_cannot_confirm_alone(shop: RelyingParty, browser: Browser, device: SoftAuthenticator) -> None:
    browser.open(shop.request())
    uses(browser, device)
    browser.open(shop.request(prompt="login"))
    device.verifies = False
    still_pending(uses(browser, device), "did not check that it’s you")
    device.verifies = True
    assert uses(browser, device).left


def test_it_signs_somebody_else_in_where_another_account_is_wanted(
    shop: RelyingParty, provider: Provider, browser: Browser, device: SoftAuthenticator
) -> None:
    browser.open(shop.request())
    uses(browser, device)
    ana = claims_of(shop, browser)["sub"]
    provider.add_customer("ben")
    bens = provider.add_passkey("ben")
    browser.open(shop.request(prompt="login"))
    begun = browser.page.url.removesuffix("/passkey")
    still_pending(uses(browser, bens), "belongs to another account")
    browser.open(f"{begun}?another=1")
    assert uses(browser, bens).left
    assert claims_of(shop, browser)["sub"] != ana


class Wrong:
    """Ways in which a response is not what it should be: what the device says, and the words of the page."""

    def __init__(self, said: str, **device: Any) -> None:
        self.said, self.device = said, device


UNCHECKED = "could not be checked"
REFUSED = [
    pytest.param(Wrong("did not check that it’s you", verifies=False), id="unverified"),
    pytest.param(Wrong(UNCHECKED, origin="https://login.example.evil"), id="wrong origin"),
    pytest.param(Wrong(UNCHECKED, origin="http://localhost:9001"), id="wrong port"),
    pytest.param(Wrong(UNCHECKED, rp_id="localhost.evil"), id="wrong party"),
    pytest.param(Wrong(UNCHECKED, client={"crossOrigin": True}), id="framed"),
    pytest.param(Wrong(UNCHECKED, client={"type": "webauthn.create"}), id="another ceremony"),
    pytest.param(Wrong("took too long", client={"challenge": "AAAA"}), id="another challenge"),
    pytest.param(Wrong(UNCHECKED, present=False), id="nobody there"),
    pytest.param(Wrong(UNCHECKED, eligible=True), id="flipped flag"),
]


@pytest.mark.parametrize("wrong", REFUSED)
def test_what_is_refused_leaves_the_sign_in_open(
    provider: Provider, shop: RelyingParty, browser: Browser, device: SoftAuthenticator, wrong: Wrong
) -> None:
    browser.open(shop.request())
    good = {name: getattr(device, name) for name in wrong.device}
    for name, value in wrong.device.items():
        setattr(device, name, value)
    still_pending(uses(browser, device), wrong.said)
    assert browser.cookie("idp_session") is None
    (failed,) = provider.happened("SignInFailed")
    assert failed.reason.startswith("passkey_")
    for name, value in good.items():
        setattr(device, name, value)
    assert uses(browser, device).left


def broken(part: str, value: str) -> Any:
    def breaks(ceremony: Ceremony, device: SoftAuthenticator) -> str:
        sent = json.loads(ceremony.answered(device))
        sent["response"][part] = value
        return json.dumps(sent)

    return breaks


GARBAGE = {
    "nothing": (lambda _c, _d: "", "No passkey arrived"),
    "text": (lambda _c, _d: "please", UNCHECKED),
    "a list": (lambda _c, _d: "[]", UNCHECKED),
    "nested too deep": (lambda _c, _d: "[" * 9000, UNCHECKED),
    "too long": (lambda _c, _d: "x" * 20_000, UNCHECKED),
    "authenticator data of nobody": (broken("authenticatorData", "AAAA"), UNCHECKED),
    "malformed client data": (broken("clientDataJSON", "!!!"), UNCHECKED),
    "a foreign signature": (broken("signature", "MEUCIQ"), UNCHECKED),
    "a foreign handle": (broken("userHandle", "bm9ib2R5"), "belongs to another account"),
}


@pytest.mark.parametrize("what", GARBAGE)
def test_garbage_leaves_the_sign_in_open(shop: RelyingParty, browser: Browser, device: SoftAuthenticator, what: str) -> None:
    sent, said = GARBAGE[what]
    browser.open(shop.request())
    ceremony = ceremony_of(browser)
    still_pending(ceremony.send(sent(ceremony, device)), said)
    assert uses(browser, device).left


def test_malformed_cbor_makes_no_passkey(shop: RelyingParty, provider: Provider, browser: Browser) -> None:
    browser.open(shop.request(acr_values="phr"))
    browser.sign_in("ana", ANA_PASSWORD)
    reaches_the_enrolment(provider, browser)
    ceremony = ceremony_of(browser)
    still_pending(ceremony.send(broken("attestationObject", "o2NmbXRkbm9uZQ")(ceremony, provider.authenticator())), UNCHECKED)


def test_an_answer_counts_once(shop: RelyingParty, provider: Provider, device: SoftAuthenticator) -> None:
    browser = provider.browser()
    browser.open(shop.request())
    ceremony = ceremony_of(browser)
    answer = ceremony.answered(device)
    assert ceremony.send(answer).left
    assert "already answered" in ceremony.send(answer).text
    device.verifies = False
    browser.open(shop.request(prompt="login"))
    again = ceremony_of(browser)
    answer = again.answered(device)
    still_pending(again.send(answer), "did not check")
    still_pending(again.send(answer), "took too long")


def test_an_answer_counts_in_its_own_browser_only(shop: RelyingParty, provider: Provider, device: SoftAuthenticator) -> None:
    browser, other = provider.browser(), provider.browser()
    browser.open(shop.request())
    other.open(shop.request())
    answer = ceremony_of(browser).answered(device)
    theirs = ceremony_of(other)
    still_pending(theirs.send(answer), "took too long")
    fields = theirs.form.fields | {"credential": answer}
    assert "no longer open" in other.post(f"{browser.page.url}/passkey", fields | {"request": ""}).text


def test_a_challenge_lapses(shop: RelyingParty, browser: Browser, device: SoftAuthenticator, clock: TestClock) -> None:
    browser.open(shop.request())
    ceremony = ceremony_of(browser)
    clock.advance(FIVE_MINUTES)
    still_pending(ceremony.send(ceremony.answered(device)), "took too long")


def test_a_page_left_open_for_long_is_shown_anew(
    shop: RelyingParty, browser: Browser, device: SoftAuthenticator, clock: TestClock
) -> None:
    page = browser.open(shop.request())
    clock.advance(timedelta(hours=2))
    form = next(form for form in page.forms if "credential" in form.fields)
    assert browser.fetch(f"{form.action}/options", form.fields).status_code == 410
    fresh = browser.post(form.action, form.fields)
    assert (fresh.status, "Sign in to Shop" in fresh.text, fresh.url == page.url) == (200, True, False)
    assert uses(browser, device).left


def test_one_that_nobody_has_is_told_to_the_browser(shop: RelyingParty, provider: Provider, browser: Browser) -> None:
    device = provider.add_passkey()
    device.credentials[-1].id = b"somebody else's, or removed"
    browser.open(shop.request())
    page = uses(browser, device)
    still_pending(page, "We don’t know that passkey")
    assert 'data-unknown="c29tZWJvZHkgZWxzZSdzLCBvciByZW1vdmVk" data-rp="localhost"' in page.body


def test_a_copied_one_is_refused_and_told(
    shop: RelyingParty, provider: Provider, browser: Browser, device: SoftAuthenticator
) -> None:
    browser.open(shop.request())
    uses(browser, device)
    device.credentials[-1].counter = 0
    other = provider.browser()
    other.open(shop.request())
    still_pending(uses(other, device), "There may be a copy")
    assert len(provider.happened("PasskeyCounterStoodStill")) == 1


def test_a_disabled_subject_stays_out(
    shop: RelyingParty, provider: Provider, browser: Browser, device: SoftAuthenticator
) -> None:
    ground, subjects = provider.house.ground, provider.house.people.subjects
    with ground.database.transaction() as db:
        ana = subjects.find(db, "ana")
        assert ana is not None
        subjects.disable(db, ground.bus, ana.id, provider.clock.now())
    browser.open(shop.request())
    still_pending(uses(browser, device), "switched off")
    assert browser.cookie("idp_session") is None


@pytest.mark.parametrize(("verifies", "acr"), [(True, "phr"), (False, "mfa")])
def test_it_is_enrolled_in_place_and_counts_at_once(shop: RelyingParty, provider: Provider, verifies: bool, acr: str) -> None:
    device, browser = provider.authenticator(verifies=verifies), provider.browser()
    browser.open(shop.request(acr_values="mfa"))
    browser.sign_in("ana", ANA_PASSWORD)
    reaches_the_enrolment(provider, browser)
    assert "Make a passkey" in browser.page.text
    page = uses(browser, device)
    assert "recovery codes" in page.text
    assert browser.open(page.link("Continue")).left
    assert claims_of(shop, browser)["acr"] == acr
    (enrolled,) = provider.happened("AuthenticatorEnrolled")
    assert enrolled.details()["kind"] == "passkey"
    again = provider.browser()
    again.open(shop.request())
    again.sign_in("ana", ANA_PASSWORD)
    assert uses(again, device).left


def reaches_the_enrolment(provider: Provider, browser: Browser) -> None:
    """From where the gate led after the password to the page that makes a passkey."""
    provider.contact_vouches(browser)
    browser.open(browser.page.link("Make a passkey"))


def is_offered_a_second_step(browser: Browser, shop: RelyingParty) -> None:
    browser.open(shop.request())
    browser.submit(username="ana", password=ANA_PASSWORD)
    assert "Make your sign-in safer" in browser.text()


def test_the_browser_may_make_one_unasked_while_one_is_offered(shop: RelyingParty, provider: Provider) -> None:
    browser, device = provider.browser(), provider.authenticator(present=False, verifies=False)
    is_offered_a_second_step(browser, shop)
    ceremony = ceremony_of(browser, unasked="1")
    assert ceremony.send(ceremony.answered(device)).left  # no further page
    assert claims_of(shop, browser)["acr"] == "pwd"
    (enrolled,) = provider.happened("AuthenticatorEnrolled")
    assert enrolled.details()["recovered"] is True
    device.present = device.verifies = True
    elsewhere, other, later = provider.browser(), provider.browser(), provider.browser()
    elsewhere.open(shop.request())
    assert elsewhere.sign_in("ana", ANA_PASSWORD).left  # nobody is asked for what they never heard of
    other.open(shop.request())
    assert uses(other, device).left
    assert claims_of(shop, other)["acr"] == "phr"
    later.open(shop.request())
    assert "Use your passkey" in later.sign_in("ana", ANA_PASSWORD).text  # now that they know it


def test_what_the_browser_could_not_make_holds_nobody_up(shop: RelyingParty, provider: Provider) -> None:
    browser = provider.browser()
    is_offered_a_second_step(browser, shop)
    ceremony = ceremony_of(browser, unasked="1")
    page = ceremony.send("please")
    assert ("Make your sign-in safer" in page.text, "passkey.js" in page.body) == (True, False)
    assert browser.submit(press="later").left


def test_nothing_is_made_unasked_where_nothing_was_offered(shop: RelyingParty, provider: Provider, clock: TestClock) -> None:
    browser = provider.browser()
    browser.open(shop.request())
    form = browser.page.forms[0]
    address = f"{browser.page.url}/offer/passkey"
    assert browser.fetch(f"{address}/options", form.fields).status_code == 410
    is_offered_a_second_step(browser, shop)
    form = next(form for form in browser.page.forms if "credential" in form.fields)
    clock.advance(FIVE_MINUTES + timedelta(seconds=1))
    assert browser.fetch(f"{form.action}/options", form.fields).status_code == 410


def test_nothing_is_made_unasked_beside_codes_by_mail(shop: RelyingParty, provider: Provider) -> None:
    """Where a brand does not take the kind that is turned on, the password alone leads in, and must add nothing."""
    provider.add_mail_code()
    browser = provider.browser()
    browser.open(shop.request())
    page = browser.submit(username="ana", password=ANA_PASSWORD)
    begun = "/".join(page.url.split("/")[:5])
    assert browser.fetch(f"{begun}/offer/passkey/options", page.forms[0].fields).status_code == 410


def test_answers_made_up_by_the_hundred_are_slowed(shop: RelyingParty, browser: Browser) -> None:
    form = {"anyone": "1", "credential": "{}"}
    browser.open(shop.request())
    here, token = browser.page.url, browser.page.forms[0].fields["csrf_token"]
    answers = [browser.post(f"{here}/passkey", form | {"csrf_token": token}).status for _ in range(301)]
    assert (answers[0], answers[-1]) == (422, 429)
