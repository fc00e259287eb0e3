"""A customer with a password alone adds a first factor: a code to the contact confirmed earlier vouches for them."""

from pathlib import Path

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.post import Post
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty
from tests.journeys.test_own_security import APPS, HOME, MINUTE, proposed, signs_in


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return provider.add_client("shop", brand=str(request.param), consent="implied")


@pytest.mark.parametrize("page", ["/apps/new", "/passkeys/new", "/text"])
def test_a_password_alone_adds_nothing(provider: Provider, shop: RelyingParty, page: str) -> None:
    """Whoever stole it would make themselves at home: the contact confirmed earlier vouches, as for a payment."""
    browser = signs_in(provider, shop)
    assert "Get a code by e-mail" in browser.open(f"{HOME}{page}").text
    token = browser.page.forms[-1].fields["csrf_token"]
    sent = {"csrf_token": token, "code": "123456", "label": "Mine", "credential": "{}", "number": "07700 900118"}
    assert "Get a code by e-mail" in browser.post(f"{HOME}{page}", sent).text
    begun = browser.page.url.rpartition("/")[0]
    assert "Get a code by e-mail" in browser.open(f"{begun}/enrol/totp").text
    assert "Get a code by e-mail" in browser.open(f"/account/resume/{begun.rpartition('/')[2]}").text
    browser.open(browser.page.link("I can’t use this"))
    assert "Only your password protects your account" in browser.submit(press="decline").text
    assert provider.happened("AuthenticatorEnrolled") + provider.happened("CodeSent") == []


def test_a_first_app_takes_a_mailed_code_and_is_set_up_on_the_way(
    provider: Provider, shop: RelyingParty, clock: TestClock, tmp_path: Path
) -> None:
    browser, post = signs_in(provider, shop), Post(provider, tmp_path)
    clock.advance(6 * MINUTE)
    assert "Confirm it’s you" in browser.open(f"{APPS}/new").text
    assert "We mail a code with six digits to a•••@example.test" in browser.submit(password=ANA_PASSWORD).text
    browser.submit(press="send")
    page = browser.submit(code=post.code("mail_code"))
    assert "nobody gets in with your password alone" in page.text
    app = proposed(browser.open(page.link("authenticator app")), clock)
    page = browser.submit(code=app.code(), label=" Pixel ")
    assert "Keep your recovery codes" in page.text
    page = browser.open(page.link("Continue to your account"))
    assert page.url.endswith(HOME)
    assert ("1, not used yet (Pixel)" in page.text, "10 of 10 left" in page.text) == (True, True)
    tokens = shop.redeem(shop.code(browser.open(shop.request(acr_values="mfa"))))
    assert shop.claims(tokens["id_token"])["acr"] == "mfa"  # nothing more was asked
    with provider.house.ground.database.reading() as db:
        ana = provider.house.people.subjects.find(db, "ana")
    assert ana is not None
    assert ana.recovered_at == clock.now()


def test_who_can_be_reached_nowhere_is_helped_by_people(provider: Provider, browser: Browser) -> None:
    provider.add_customer(email_verified=False)
    browser.open(f"{APPS}/new")
    page = browser.sign_in("ana", ANA_PASSWORD)
    assert "Your account asks for a second step" in page.text
    assert "Call us" in page.text
    assert browser.submit(press="decline").url.endswith(HOME)
