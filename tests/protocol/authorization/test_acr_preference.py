"""acr_values name levels in order of preference: which is asked for, what else will do, and what is told."""

from datetime import timedelta

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.authenticator_app import STEP, AuthenticatorApp
from tests.drivers.browser import Browser
from tests.drivers.ceremony import ceremony_of, uses
from tests.drivers.relying_party import RelyingParty
from tests.drivers.soft_authenticator import SoftAuthenticator
from tests.protocol.authorization.provider import Seeded

MINUTE = timedelta(minutes=1)
ESSENTIAL = '{"id_token": {"acr": {"essential": true, "values": ["phr", "mfa"]}}}'


@pytest.fixture
def shop(provider: Seeded) -> RelyingParty:
    return provider.add_client("shop", brand="stellantis", consent="implied")


@pytest.fixture
def app(provider: Seeded) -> AuthenticatorApp:
    return provider.add_app()


@pytest.fixture
def with_app(provider: Seeded, shop: RelyingParty, app: AuthenticatorApp) -> Browser:
    """A browser in which Ana signed in with password and app: `mfa`."""
    browser = provider.browser()
    browser.open(shop.request())
    browser.sign_in("ana", ANA_PASSWORD)
    assert browser.submit(code=app.code()).left
    provider.clock.advance(MINUTE)
    return browser


@pytest.fixture
def device(provider: Seeded, with_app: Browser) -> SoftAuthenticator:
    """The passkey that Ana adds afterwards."""
    return provider.add_passkey()


def acr_of(shop: RelyingParty, browser: Browser) -> str:
    return str(shop.claims(shop.redeem(shop.code(browser.page))["id_token"])["acr"])


@pytest.mark.parametrize("wanted", [{"acr_values": "phr pwd"}, {"acr_values": "phr mfa"}, {"claims": ESSENTIAL}])
def test_of_several_levels_the_most_wanted_that_can_be_reached_is_asked(
    shop: RelyingParty, with_app: Browser, device: SoftAuthenticator, wanted: dict[str, str]
) -> None:
    """P2, Core 3.1.2.1 acr_values, 5.5.1.1: a step up where it can be met, though a lower level would do."""
    assert not with_app.open(shop.request(**wanted)).left
    assert ceremony_of(with_app).options["userVerification"] == "required"
    assert uses(with_app, device).left
    assert acr_of(shop, with_app) == "phr"


@pytest.mark.parametrize("wanted", ["phr mfa", "phr pwd", "urn:example:gold phr mfa", "mfa phr"])
def test_what_the_subject_cannot_reach_is_passed_over(shop: RelyingParty, with_app: Browser, wanted: str) -> None:
    """P2, Core 3.1.2.1 acr_values: nobody is made to set up a passkey that is only preferred."""
    assert with_app.open(shop.request(acr_values=wanted)).left
    assert acr_of(shop, with_app) == "mfa"


@pytest.mark.parametrize("wanted", ["mfa phr", "pwd phr"])
def test_a_level_that_is_wanted_more_is_enough(
    shop: RelyingParty, with_app: Browser, device: SoftAuthenticator, wanted: str
) -> None:
    """P2, Core 3.1.2.1 acr_values: the order says which; what is told is what was proven."""
    assert with_app.open(shop.request(acr_values=wanted)).left
    assert acr_of(shop, with_app) == "mfa"


def test_without_a_page_any_of_them_will_do(shop: RelyingParty, with_app: Browser, device: SoftAuthenticator) -> None:
    """P2, Core 3.1.2.1 acr_values are voluntary, and prompt=none shows nothing that could raise the level."""
    assert with_app.open(shop.request(acr_values="phr mfa", prompt="none")).left
    assert acr_of(shop, with_app) == "mfa"
    assert with_app.open(shop.request(acr_values="phr", prompt="none")).query["error"] == "login_required"


def test_who_will_not_prove_more_goes_on_with_what_was_proven(
    shop: RelyingParty, with_app: Browser, device: SoftAuthenticator
) -> None:
    """P2, Core 3.1.2.1 acr_values: "not now" to a preference is no refusal; what is told is the truth."""
    with_app.open(shop.request(acr_values="phr mfa"))
    with_app.open(f"{with_app.page.url.removesuffix('/passkey')}/other")
    assert with_app.submit(press="decline").left
    assert acr_of(shop, with_app) == "mfa"


def test_not_now_is_a_refusal_where_nothing_that_will_do_was_proven(
    shop: RelyingParty, with_app: Browser, device: SoftAuthenticator
) -> None:
    """Unmet Authentication Requirements 1.0: the least of what was asked still has to be there, and be recent."""
    with_app.open(shop.request(acr_values="phr mfa", max_age="30"))
    with_app.open(f"{with_app.page.url.removesuffix('/passkey')}/other")
    assert with_app.submit(press="decline").query["error"] == "unmet_authentication_requirements"


def test_another_level_that_will_do_is_offered_and_taken(
    provider: Seeded, shop: RelyingParty, app: AuthenticatorApp, device: SoftAuthenticator
) -> None:
    """P2, Core 3.1.2.1 acr_values: who signs in is asked for the passkey first, and may give the app instead."""
    browser = provider.browser()
    browser.open(shop.request(acr_values="phr mfa"))
    assert browser.sign_in("ana", ANA_PASSWORD).url.endswith("/passkey")
    browser.open(f"{browser.page.url.removesuffix('/passkey')}/totp")
    assert browser.submit(code=app.code(STEP)).left
    assert acr_of(shop, browser) == "mfa"


def test_who_signs_in_and_will_not_prove_more_is_asked_for_less(
    provider: Seeded, shop: RelyingParty, app: AuthenticatorApp, device: SoftAuthenticator
) -> None:
    """P2, Core 3.1.2.1 acr_values: "not now" ends no sign-in that a lower level would do for; a second one is told."""
    browser = provider.browser()
    browser.open(shop.request(acr_values="phr mfa"))
    browser.sign_in("ana", ANA_PASSWORD)
    browser.open(f"{browser.page.url.removesuffix('/passkey')}/other")
    assert not browser.submit(press="decline").left
    browser.open(f"{browser.page.url.removesuffix('/passkey')}/totp")
    assert browser.submit(code=app.code(STEP)).left
    assert acr_of(shop, browser) == "mfa"
    again = provider.browser()
    again.open(shop.request(acr_values="phr mfa"))
    again.sign_in("ana", ANA_PASSWORD)
    for _ in range(2):
        assert not again.page.left
        again.open(f"{again.page.url.removesuffix('/passkey')}/other")
        again.submit(press="decline")
    assert again.page.query["error"] == "unmet_authentication_requirements"


def test_a_passkey_that_does_not_check_its_owner_may_do_too(
    provider: Seeded, shop: RelyingParty, device: SoftAuthenticator
) -> None:
    """P2: the most wanted level refuses nothing that will do as well."""
    browser = provider.browser()
    browser.open(shop.request(acr_values="phr mfa"))
    browser.sign_in("ana", ANA_PASSWORD)
    assert ceremony_of(browser).options["userVerification"] == "preferred"


def test_a_trusted_browser_signs_in_by_password_after_not_now(provider: Seeded, app: AuthenticatorApp) -> None:
    """P2: what is only preferred does not end what was trusted."""
    lease = provider.add_client("lease", brand="alphera", consent="implied")
    browser = provider.browser()
    browser.open(lease.request())
    browser.sign_in("ana", ANA_PASSWORD)
    assert browser.submit(code=app.code(), trust="1").left
    lease.redeem(lease.code(browser.page))
    browser.forget("idp_session")
    browser.open(lease.request(acr_values="mfa pwd"))
    assert not browser.sign_in("ana", ANA_PASSWORD).left
    page = browser.submit(press="decline")
    page = page if page.left else browser.sign_in("ana", ANA_PASSWORD)
    assert page.left
    assert acr_of(lease, browser) == "pwd"
