"""A customer without a second step is asked for one by an application: they set it up on the way and go on."""

import re
from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.authenticator_app import STEP, AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty

KEY = re.compile(r"(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}")
CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b")


@pytest.fixture(params=["stellantis", "alphera"])
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    provider.add_customer(given_name="Ana", family_name="Ferreira")
    return provider.add_client("shop", brand=str(request.param), consent="implied")


@pytest.fixture
def asked(provider: Provider, shop: RelyingParty) -> Browser:
    """Signed in by password; a payment asks for more, and the contact has vouched."""
    browser = provider.browser()
    browser.open(shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD).left
    browser.open(shop.request(acr_values="mfa", max_age="300"))
    provider.contact_vouches(browser)
    assert "Set up a second step" in browser.text()
    return browser


def new_app(browser: Browser, provider: Provider) -> AuthenticatorApp:
    """The app that has taken the key on the page."""
    browser.open(browser.page.link("authenticator app"))
    found = KEY.search(browser.text())
    assert found is not None
    return AuthenticatorApp(found[0].replace(" ", ""), provider.clock)


def test_an_app_is_set_up_and_counts_at_once(shop: RelyingParty, provider: Provider, asked: Browser) -> None:
    app = new_app(asked, provider)
    page = asked.submit(code=app.code(), label="Ana’s phone")
    assert "Keep your recovery codes" in page.text
    tokens = shop.redeem(shop.code(asked.open(page.link("Continue to Shop"))))
    claims = shop.claims(tokens["id_token"])
    assert (claims["acr"], claims["amr"]) == ("mfa", ["pwd", "otp", "mfa"])
    stranger = provider.browser()
    stranger.open(shop.request())
    assert "Enter the code from your app" in stranger.sign_in("ana", ANA_PASSWORD).text
    assert "used before" in stranger.submit(code=app.code()).text
    assert stranger.submit(code=app.code(STEP)).left


def test_that_only_a_contact_vouched_is_remembered(provider: Provider, shop: RelyingParty, asked: Browser) -> None:
    app = new_app(asked, provider)
    asked.submit(code=app.code(), label="Phone")
    with provider.house.ground.database.reading() as db:
        ana = provider.house.people.subjects.find(db, "ana")
    assert ana is not None
    assert ana.recovered_at == provider.clock.now()
    (enrolled,) = provider.happened("AuthenticatorEnrolled")
    assert (enrolled.subject_id, enrolled.brand, enrolled.details()["kind"]) == (ana.id, shop.metadata.brand, "totp")
    assert enrolled.details()["recovered"] is True


def test_ten_recovery_codes_are_shown_once_and_work(shop: RelyingParty, provider: Provider, asked: Browser) -> None:
    form = asked.open(asked.page.link("authenticator app")).forms[0]
    app = AuthenticatorApp((KEY.search(asked.text()) or [""])[0].replace(" ", ""), provider.clock)
    page = asked.submit(code=app.code(), label="Phone")
    codes = CODE.findall(page.text)
    assert len(set(codes)) == 10
    assert len(provider.happened("RecoveryCodesRenewed")) == 1
    again = asked.post(form.action, form.fields | {"code": app.code(), "label": "Phone"})
    assert again.left  # sent once more, the page goes on where it led to, and shows none
    assert len(provider.happened("AuthenticatorEnrolled")) == 1
    stranger = provider.browser()
    stranger.open(shop.request())
    stranger.sign_in("ana", ANA_PASSWORD)
    stranger.open(stranger.page.link("I can’t use this"))
    stranger.open(stranger.page.link("recovery codes"))
    assert stranger.submit(code=codes[7]).left


def test_the_key_stays_while_the_page_is_open_again(provider: Provider, asked: Browser) -> None:
    app = new_app(asked, provider)
    again = asked.open(asked.page.url)
    assert app.secret in again.text.replace(" ", "")
    wrong = asked.submit(code=app.other_than_right(), label="Phone")
    assert (wrong.status, "did not match" in wrong.text) == (422, True)
    assert app.secret in wrong.text.replace(" ", "")
    assert "Keep your recovery codes" in asked.submit(code=app.code(), label="Phone").text


@pytest.mark.parametrize(("minutes", "said"), [(3, "3 minutes fast"), (-4, "4 minutes slow")])
def test_a_wrong_clock_is_told(provider: Provider, asked: Browser, minutes: int, said: str) -> None:
    app = new_app(asked, provider)
    assert said in asked.submit(code=app.code(timedelta(minutes=minutes)), label="Phone").text
    assert provider.happened("AuthenticatorEnrolled") == []


@pytest.mark.parametrize(
    ("code", "label", "said"),
    [
        ("", "Phone", "Type the code"),
        ("  ", "Phone", "Type the code"),
        ("abcdef", "Phone", "did not match"),
        ("١٢٣٤٥٦", "Phone", "did not match"),
        ("right", "", "needs a name"),
        ("right", "x" * 65, "needs a name"),
        ("right", "a\u202eb", "needs a name"),
    ],
)
def test_whatever_is_typed_the_page_stays_open(provider: Provider, asked: Browser, code: str, label: str, said: str) -> None:
    app = new_app(asked, provider)
    page = asked.submit(code=app.code() if code == "right" else code, label=label)
    assert (page.status, said in page.text) == (422, True)
    assert "Keep your recovery codes" in asked.submit(code=app.code(), label="Phone").text


def test_a_key_of_a_quarter_of_an_hour_ago_counts_no_more(provider: Provider, asked: Browser, clock: TestClock) -> None:
    old = new_app(asked, provider)
    clock.advance(timedelta(minutes=14))
    asked.open(asked.page.url)
    asked.submit(password=ANA_PASSWORD)
    provider.contact_vouches(asked)
    assert "Set up a second step" in asked.text()
    assert new_app(asked, provider) == old
    clock.advance(timedelta(minutes=1))
    page = asked.submit(code=old.code(), label="Phone")
    assert "too old" in page.text
    assert old.secret not in page.text.replace(" ", "")


def test_the_secret_is_the_servers_to_say(provider: Provider, asked: Browser) -> None:
    """S3.7: a key of one's own choice in the form changes nothing."""
    new_app(asked, provider)
    own = AuthenticatorApp("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", provider.clock)
    form = asked.page.forms[0]
    page = asked.post(form.action, form.fields | {"code": own.code(), "label": "Phone", "secret": own.secret})
    assert "did not match" in page.text


def test_another_browser_is_shown_nothing(provider: Provider, asked: Browser) -> None:
    assert "no longer open" in provider.browser().open(f"{asked.page.url}/totp").text


def test_without_a_voucher_nothing_is_enrolled(shop: RelyingParty, provider: Provider, clock: TestClock) -> None:
    """S3.2: a later step that is opened or posted to leads to the first."""
    browser = provider.browser()
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    clock.advance(timedelta(minutes=6))
    begun = browser.open(shop.request(acr_values="mfa")).url
    token = browser.page.forms[0].fields["csrf_token"]
    for step in ("enrol", "enrol/totp"):
        assert "Confirm it’s you" in browser.open(f"{begun}/{step}").text
    page = browser.post(f"{begun}/enrol/totp", {"csrf_token": token, "code": "123456", "label": "Phone"})
    assert "Confirm it’s you" in page.text
    assert provider.happened("AuthenticatorEnrolled") == []


def test_a_password_changed_meanwhile_undoes_it(shop: RelyingParty, provider: Provider) -> None:
    browser = provider.browser()
    browser.open(shop.request(acr_values="mfa"))
    browser.sign_in("ana", ANA_PASSWORD)
    provider.contact_vouches(browser)
    app = new_app(browser, provider)
    provider.change_password("ana", "quite another password 5")
    assert "Sign in to Shop" in browser.submit(code=app.code(), label="Phone").text
    assert "Sign in to Shop" in browser.open(shop.request()).text
    assert "Enter the code from your app" not in browser.sign_in("ana", "quite another password 5").text


def test_not_now_goes_back_and_keeps_the_session(shop: RelyingParty, asked: Browser) -> None:
    page = asked.submit(press="decline")
    assert (page.query["error"], page.query["state"]) == ("unmet_authentication_requirements", shop.last.state)
    assert asked.open(shop.request()).left


def test_who_can_be_reached_nowhere_is_told_what_to_do(shop: RelyingParty, provider: Provider) -> None:
    provider.add_customer("ben", email_verified=False)
    browser = provider.browser()
    browser.open(shop.request(acr_values="mfa"))
    page = browser.sign_in("ben", ANA_PASSWORD)
    assert "One more way to sign in is needed" in page.text
    assert browser.submit(press="decline").query["error"] == "unmet_authentication_requirements"
