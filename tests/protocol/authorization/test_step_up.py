"""acr_values, max_age and prompt=login at a customer with a second step: what is asked, and what is told afterwards."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.authenticator_app import STEP, AuthenticatorApp
from tests.drivers.browser import Browser, Page
from tests.drivers.post import Post
from tests.drivers.relying_party import RelyingParty
from tests.protocol.authorization.provider import Seeded

MINUTE = timedelta(minutes=1)
UNMET = "unmet_authentication_requirements"


@pytest.fixture
def shop(provider: Seeded) -> RelyingParty:
    return provider.add_client("shop", brand="stellantis", consent="implied")


@pytest.fixture
def with_password(provider: Seeded, shop: RelyingParty) -> Browser:
    """A browser in which Ana signed in by password alone, a minute before she turned on her app elsewhere."""
    browser = provider.browser()
    browser.open(shop.request())
    assert browser.sign_in("ana", ANA_PASSWORD).left
    provider.clock.advance(MINUTE)
    return browser


@pytest.fixture
def app(provider: Seeded, with_password: Browser) -> AuthenticatorApp:
    return provider.add_app()


@pytest.fixture
def with_both(with_password: Browser, shop: RelyingParty, app: AuthenticatorApp, provider: Seeded) -> Browser:
    """The same browser, a minute after the app was proven too."""
    with_password.open(shop.request())
    assert with_password.submit(code=app.code()).left
    provider.clock.advance(MINUTE)
    return with_password


def told(shop: RelyingParty, page: Page) -> dict[str, Any]:
    """What ID token and access token say of the sign-in, which must be the same."""
    tokens = shop.redeem(shop.code(page))
    id_token, access = shop.claims(tokens["id_token"]), shop.introspect(tokens["access_token"]).body
    said = {name: id_token[name] for name in ("acr", "amr", "auth_time")}
    assert {name: access[name] for name in ("acr", "auth_time")} == {name: said[name] for name in ("acr", "auth_time")}
    return said


def seconds(provider: Seeded, ago: timedelta = timedelta(0)) -> int:
    return int((provider.clock.now() - ago).timestamp())


def asks(page: Page) -> str:
    return next(word for word in ("Enter the code from your app", "Confirm it’s you", "Sign in to Shop") if word in page.text)


def test_only_what_is_missing_is_asked(shop: RelyingParty, with_password: Browser, app: AuthenticatorApp) -> None:
    """RFC 9470 5, Core 3.1.2.1 acr_values: a level above that of the session asks for the step between them."""
    assert asks(with_password.open(shop.request(acr_values="mfa"))) == "Enter the code from your app"
    assert told(shop, with_password.submit(code=app.code()))["acr"] == "mfa"


def test_a_client_may_register_its_usual_level(provider: Seeded, with_password: Browser) -> None:
    """Registration 2 default_acr_values: asked for where the request names no level, and only there."""
    strict = provider.add_client("strict", brand="stellantis", consent="implied", default_acr_values=["mfa"])
    assert with_password.open(strict.request(acr_values="pwd", prompt="none")).query.keys() >= {"code"}
    assert with_password.open(strict.request(prompt="none")).query["error"] == "login_required"
    assert not with_password.open(strict.request()).left


def test_auth_time_is_that_of_the_oldest_proof(
    provider: Seeded, shop: RelyingParty, with_password: Browser, app: AuthenticatorApp
) -> None:
    """Core 2 auth_time, RFC 9470 6.1: a new second step makes no old password new."""
    with_password.open(shop.request(acr_values="mfa"))
    said = told(shop, with_password.submit(code=app.code()))
    assert said == {"acr": "mfa", "amr": ["pwd", "otp", "mfa"], "auth_time": seconds(provider, MINUTE)}


def test_a_level_that_was_reached_is_asked_for_no_more(provider: Seeded, shop: RelyingParty, with_both: Browser) -> None:
    """RFC 9470 4: acr_values alone asks for no freshness."""
    provider.clock.advance(10 * MINUTE)
    page = with_both.open(shop.request(acr_values="mfa", prompt="none"))
    assert told(shop, page) == {"acr": "mfa", "amr": ["pwd", "otp", "mfa"], "auth_time": seconds(provider, 12 * MINUTE)}


def test_a_fresh_but_weaker_proof_never_satisfies(
    provider: Seeded, shop: RelyingParty, with_both: Browser, app: AuthenticatorApp
) -> None:
    """RFC 9470 5: acr_values and max_age hold together, for each proof the level is made of."""
    provider.clock.advance(10 * MINUTE)
    assert asks(with_both.open(shop.request(acr_values="mfa", max_age="300"))) == "Confirm it’s you"
    assert asks(with_both.submit(password=ANA_PASSWORD)) == "Enter the code from your app"
    assert with_both.open(shop.request(acr_values="mfa", max_age="300", prompt="none")).query["error"] == "login_required"
    with_both.open(shop.request(acr_values="mfa", max_age="300"))
    with_both.submit(password=ANA_PASSWORD)
    assert told(shop, with_both.submit(code=app.code()))["auth_time"] == seconds(provider)


def test_a_fresh_second_step_is_not_asked_twice(
    provider: Seeded, shop: RelyingParty, with_both: Browser, app: AuthenticatorApp
) -> None:
    """RFC 9470 5: only the password is older than max_age, so it alone is asked; nothing ages on the pages that follow."""
    assert asks(with_both.open(shop.request(acr_values="mfa", max_age="90", prompt="consent"))) == "Confirm it’s you"
    assert not with_both.submit(password=ANA_PASSWORD).left
    provider.clock.advance(MINUTE)
    said = told(shop, with_both.submit(press="allow"))
    assert said == {"acr": "mfa", "amr": ["pwd", "otp", "mfa"], "auth_time": seconds(provider, 2 * MINUTE)}


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "300"}], ids=["prompt=login", "max_age"])
def test_only_what_was_proven_for_the_request_is_told(
    provider: Seeded, shop: RelyingParty, with_both: Browser, tmp_path: Path, asked: dict[str, str]
) -> None:
    """Core 3.1.2.1 prompt=login, max_age; RFC 9470 6.1: an older and stronger proof raises no `acr`, nor lowers `auth_time`."""
    provider.add_phone()
    provider.clock.advance(10 * MINUTE)
    with_both.open(shop.request(**asked))
    with_both.submit(password=ANA_PASSWORD)
    with_both.open(with_both.page.url.replace("/totp", "/text_code"))
    with_both.submit(press="send")
    said = told(shop, with_both.submit(code=Post(provider, tmp_path).code("text_code")))
    assert said == {"acr": "2sv", "amr": ["pwd", "sms"], "auth_time": seconds(provider)}


@pytest.mark.parametrize("asked", [{"prompt": "login"}, {"max_age": "0"}], ids=["prompt=login", "max_age=0"])
def test_everything_is_proven_anew(
    provider: Seeded, shop: RelyingParty, with_both: Browser, app: AuthenticatorApp, asked: dict[str, str]
) -> None:
    """Core 3.1.2.1 prompt=login, max_age: password and second step once more, in the one gate."""
    assert asks(with_both.open(shop.request(**asked))) == "Confirm it’s you"
    assert asks(with_both.submit(password=ANA_PASSWORD)) == "Enter the code from your app"
    assert told(shop, with_both.submit(code=app.code()))["auth_time"] == seconds(provider)


@pytest.mark.parametrize(
    "asked", [{"acr_values": "mfa", "max_age": "30"}, {"max_age": "30"}, {"max_age": "0"}], ids=["both", "age", "now"]
)
def test_without_a_page_nothing_can_be_proven(shop: RelyingParty, with_both: Browser, asked: dict[str, str]) -> None:
    """Core 3.1.2.1 prompt=none, 3.1.2.6 login_required."""
    assert with_both.open(shop.request(prompt="none", **asked)).query["error"] == "login_required"


def test_without_a_page_a_level_cannot_be_raised(shop: RelyingParty, with_password: Browser, app: AuthenticatorApp) -> None:
    """Core 3.1.2.1 prompt=none: a running session of a lower level is as good as none."""
    assert with_password.open(shop.request(prompt="none", acr_values="mfa")).query["error"] == "login_required"


@pytest.mark.parametrize("asked", [{"acr_values": "mfa"}, {"max_age": "60"}, {"acr_values": "mfa", "max_age": "60"}])
def test_not_now_is_told_and_leaves_the_session_as_it_was(
    provider: Seeded, shop: RelyingParty, with_password: Browser, app: AuthenticatorApp, asked: dict[str, str]
) -> None:
    """OpenID Connect Core Unmet Authentication Requirements 1.0, RFC 9207: the error with state and iss."""
    provider.clock.advance(MINUTE)
    page = with_password.open(shop.request(**asked))
    assert "Not now" in page.text
    refused = with_password.submit(press="decline")
    assert refused.url.startswith(shop.redirect_uri)
    assert {name: refused.query[name] for name in ("error", "state", "iss")} == {
        "error": UNMET,
        "state": shop.last.state,
        "iss": shop.issuer,
    }
    assert asks(with_password.open(shop.request())) == "Enter the code from your app"


def test_a_sign_in_offers_no_not_now(provider: Seeded, shop: RelyingParty, app: AuthenticatorApp) -> None:
    """RFC 9470 5: where nothing beyond a sign-in is asked there is nothing to decline."""
    browser = provider.browser()
    browser.open(shop.request())
    assert "Not now" not in browser.page.text
    assert "Not now" not in browser.sign_in("ana", ANA_PASSWORD).text


def test_a_refresh_keeps_what_it_was_told(
    provider: Seeded, shop: RelyingParty, with_password: Browser, app: AuthenticatorApp
) -> None:
    """Core 12.2, RFC 9470 6.1: a later step-up raises the session, not the tokens issued before."""
    before = shop.redeem(shop.code(_answered(with_password.open(shop.request()), with_password, app)))
    provider.clock.advance(MINUTE)
    with_password.open(shop.request(prompt="login"))
    with_password.submit(password=ANA_PASSWORD)
    with_password.submit(code=app.code())
    refreshed = shop.refresh(before["refresh_token"])
    first, again = shop.claims(before["id_token"]), shop.claims(refreshed["id_token"])
    assert [again[name] for name in ("acr", "amr", "auth_time")] == [first[name] for name in ("acr", "amr", "auth_time")]
    assert shop.introspect(refreshed["access_token"])["auth_time"] == first["auth_time"]


def test_a_step_up_keeps_the_session(provider: Seeded, shop: RelyingParty, with_both: Browser, app: AuthenticatorApp) -> None:
    """Back-Channel Logout 2.1: `sid` stays, so that signing out reaches every client of the session."""
    first = shop.claims(shop.redeem(shop.code(with_both.open(shop.request())))["id_token"])
    with_both.open(shop.request(prompt="login"))
    with_both.submit(password=ANA_PASSWORD)
    second = shop.claims(shop.redeem(shop.code(with_both.submit(code=app.code(STEP))))["id_token"])
    assert (second["sid"], second["auth_time"] > first["auth_time"]) == (first["sid"], True)


def test_unknown_levels_ask_for_nothing(shop: RelyingParty, with_both: Browser) -> None:
    """Core 3.1.2.1 acr_values: a voluntary claim; what is reached is told."""
    assert told(shop, with_both.open(shop.request(acr_values="urn:example:gold", prompt="none")))["acr"] == "mfa"


def test_another_subject_proves_everything_anew(
    provider: Seeded, shop: RelyingParty, with_both: Browser, app: AuthenticatorApp
) -> None:
    """P2: a proof is its subject's, whoever stood there before."""
    bens = provider.add_app("ben")
    with_both.open(shop.request(acr_values="mfa", max_age="90"))
    with_both.open(f"{with_both.page.url}?another=1")
    assert asks(with_both.sign_in("ben", ANA_PASSWORD)) == "Enter the code from your app"
    assert "did not match" in with_both.submit(code=app.code()).text
    assert told(shop, with_both.submit(code=bens.code()))["auth_time"] == seconds(provider)


def _answered(page: Page, browser: Browser, app: AuthenticatorApp) -> Page:
    return browser.submit(code=app.code()) if not page.left else page
