"""Pushed authorization requests (RFC 9126, P3)."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from idp.app.house import MOST_PARKED, PARKING_WINDOW
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser
from tests.drivers.provider import Provider
from tests.drivers.relying_party import RelyingParty, basic, challenge


@pytest.fixture
def shop(provider: Provider) -> RelyingParty:
    provider.add_customer("ana")
    return provider.add_client("shop", brand="stellantis", consent="implied")


def kept(provider: Provider) -> int:
    """How much the KV holds of requests that were pushed."""
    with closing(sqlite3.connect(provider.house.ground.settings.data_dir / "kv.db")) as kv:
        return int(kv.execute("SELECT count(*) FROM kv WHERE key LIKE 'pushed:%'").fetchone()[0])


def test_a_pushed_request_leads_to_tokens(shop: RelyingParty, browser: Browser) -> None:
    """RFC 9126 2.2, 4: 201, a reference of 256 bits, 90 seconds; then client_id and request_uri say it all."""
    answer = shop.push()
    assert (answer.status, answer["expires_in"]) == (201, 90)
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(answer["request_uri"].removeprefix("urn:ietf:params:oauth:request_uri:")) == 43
    browser.open(shop.fetched(answer["request_uri"]))
    page = browser.sign_in("ana", ANA_PASSWORD)
    assert shop.redeem(shop.code(page)).status == 200


def test_what_stands_beside_the_reference_is_ignored(shop: RelyingParty, browser: Browser) -> None:
    """RFC 9126 4, FAPI 2.0 5.3.2.2: the pushed parameters alone count, `state` too, however often something stands beside."""
    address = shop.fetched(
        shop.push()["request_uri"], state="other", redirect_uri="https://evil.example/cb", scope="x", prompt="none"
    )
    browser.open(f"{address}&state=again&nobody=knows&nobody=knows")
    assert shop.code(browser.sign_in("ana", ANA_PASSWORD))


def test_a_request_is_spent_when_it_is_answered_and_not_before(shop: RelyingParty, browser: Browser) -> None:
    """P3: the page may be loaded again; once there was an answer, whoever comes with it meets a page of ours."""
    address = shop.pushed_request()
    for _ in range(2):
        assert browser.open(address).status == 200
    shop.code(browser.sign_in("ana", ANA_PASSWORD))
    again = browser.open(address)
    assert (again.status, again.left) == (400, False)


def test_of_two_tabs_with_one_request_one_gets_the_code(shop: RelyingParty, provider: Provider, clock: TestClock) -> None:
    """RFC 9126 7.3, S3.1: one authorization for each request, also from pages that were opened in time."""
    address = shop.pushed_request()
    first, second = provider.browser(), provider.browser()
    first.open(address)
    second.open(address)
    shop.code(first.sign_in("ana", ANA_PASSWORD))
    clock.advance(timedelta(minutes=29))  # as long as a page may stand open
    late = second.sign_in("ana", ANA_PASSWORD)
    assert (late.status, late.left) == (400, False)


def test_an_error_ends_a_request_too(shop: RelyingParty, browser: Browser) -> None:
    """RFC 9126 7.3."""
    address = shop.pushed_request(prompt="none")
    assert browser.open(address).query["error"] == "login_required"
    assert browser.open(address).status == 400


def test_a_reference_lasts_ninety_seconds_and_belongs_to_its_client(
    shop: RelyingParty, provider: Provider, browser: Browser, clock: TestClock
) -> None:
    """RFC 9126 2.2, 4: expired, unknown or another client's: a page of ours, nothing sent anywhere."""
    other = provider.add_client("other", brand="alphera", consent="implied")
    address = shop.push()["request_uri"]
    assert browser.open(other.fetched(address)).status == 400
    assert browser.open(shop.fetched(address + "x")).status == 400
    clock.advance(timedelta(seconds=89))
    assert browser.open(shop.fetched(address)).status == 200
    clock.advance(timedelta(seconds=1))
    late = browser.open(shop.fetched(address))
    assert (late.status, late.left) == (400, False)


def test_a_page_left_open_overnight_is_not_answered_for_a_pushed_request(
    shop: RelyingParty, browser: Browser, clock: TestClock
) -> None:
    """P2: the client left the request for a minute; the page leads back to it."""
    browser.open(shop.pushed_request())
    clock.advance(timedelta(hours=9))
    late = browser.sign_in("ana", ANA_PASSWORD)
    assert (late.left, late.link("Back to Shop")) == (False, "https://shop.example/")


REFUSED = {
    "no PKCE": ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
    "another redirect_uri": ({"redirect_uri": "https://evil.example/cb"}, "invalid_request"),
    "no redirect_uri": ({"redirect_uri": None}, "invalid_request"),
    "a reference inside": ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
    "an unknown response_type": ({"response_type": "token"}, "unsupported_response_type"),
    "no scope": ({"scope": None}, "invalid_scope"),
    "another client_id": ({"client_id": "other"}, "invalid_request"),
    "prompts that exclude each other": ({"prompt": "none login"}, "invalid_request"),
}


def test_a_request_that_is_not_in_order_is_refused_at_once(shop: RelyingParty, provider: Provider) -> None:
    """RFC 9126 2.1, 2.3: the codes of the authorization endpoint, as JSON, and nothing is stored."""
    for what, (changed, code) in REFUSED.items():
        answer = shop.push(**changed)
        assert (answer.status, answer.error) == (400, code), what
        assert "request_uri" not in answer.body, what
        assert answer.headers["X-Request-Id"], what
    sent = shop.parameters()
    unknown = shop.raw("POST", "/par", data=sent)
    assert (unknown.status, unknown.error) == (401, "invalid_client")
    for method in ("GET", "PUT", "DELETE"):
        assert shop.raw(method, "/par").status == 405
    assert kept(provider) == 0
    assert (shop.push().status, kept(provider)) == (201, 1)


def test_a_client_with_the_fapi_profile_must_push(provider: Provider, browser: Browser) -> None:
    """FAPI 2.0 Security Profile 5.3.2.2: no authorization request by the browser alone."""
    bank = provider.add_client("bank", brand="stellantis", consent="implied", profile="fapi2")
    refused = browser.open(bank.request())
    assert refused.query["error"] == "invalid_request"
    assert bank.push(scope="profile", redirect_uri=None).error == "invalid_request"
    assert bank.push(response_mode="fragment").error == "invalid_request"
    provider.add_customer("ana")
    browser.open(bank.pushed_request())
    assert bank.code(browser.sign_in("ana", ANA_PASSWORD))


def test_a_public_client_pushes_with_its_name_and_pkce(provider: Provider, browser: Browser) -> None:
    """RFC 9126 2: whoever may use the token endpoint may push; a public client's challenge is what binds it."""
    provider.add_customer("ana")
    app = provider.add_client("app", brand="stellantis", consent="implied", token_endpoint_auth_method="none")
    browser.open(app.pushed_request())
    assert app.redeem(app.code(browser.sign_in("ana", ANA_PASSWORD))).status == 200
    assert app.push(code_challenge=challenge("x"), code_challenge_method="plain").error == "invalid_request"


def test_whoever_proves_nothing_does_not_fill_the_store(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    """S3.5, RFC 9126 2.3: the name of a public client is no credential, so a source pushes only so many under it."""
    app = provider.add_client("app", brand="stellantis", consent="implied", token_endpoint_auth_method="none")
    window = int(clock.now().timestamp() // PARKING_WINDOW.total_seconds())
    provider.house.ground.kv.incr(f"throttle:park:192.0.2.1:{window}", PARKING_WINDOW, by=MOST_PARKED)

    def pushes(party: RelyingParty, address: str, **headers: str) -> int:
        called_from = {"REMOTE_ADDR": address}
        return party.raw("POST", "/par", data=party.parameters(), headers=headers, environ_base=called_from).status

    assert pushes(app, "192.0.2.1") == 429
    assert pushes(app, "192.0.2.2") == 201
    assert pushes(shop, "192.0.2.1", Authorization=basic(shop.client_id, shop.secret or "")) == 201


def test_a_client_pushes_only_so_many(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    """RFC 9126 2.3: also one that proves itself fills no store; nobody else waits with it, and it learns for how long."""
    other = provider.add_client("other")
    window, most = (
        int(clock.now().timestamp() // PARKING_WINDOW.total_seconds()),
        provider.house.ground.settings.pushed_requests,
    )
    provider.house.ground.kv.incr(f"throttle:push:shop:{window}", 2 * PARKING_WINDOW, by=most)
    slowed = shop.push()
    assert (slowed.status, slowed.error) == (429, "temporarily_unavailable")
    assert other.push().status == 201
    clock.advance(timedelta(seconds=int(slowed.headers["Retry-After"])))
    assert shop.push().status == 201
