"""A developer can see why a request was refused; nobody else learns more than before."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey

from idp.core.errors import OAuthError
from idp.oidc.refusals import store
from idp.oidc.refusals.explain import UNEXPLAINED, Explanation, explain
from idp.oidc.refusals.store import Noted
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.browser import Browser, Page
from tests.drivers.command_line import CommandLine
from tests.drivers.provider import Provider, environment_for
from tests.drivers.relying_party import ASSERTION, Answer, RelyingParty

BRANDS = ["stellantis", "alphera"]
SECRETS = "sssecret"


@pytest.fixture(params=BRANDS)
def shop(provider: Provider, request: pytest.FixtureRequest) -> RelyingParty:
    return provider.add_client("shop", brand=request.param, consent="implied")


def of(provider: Provider, client_id: str = "shop") -> tuple[Noted, ...]:
    with provider.house.ground.database.reading() as db:
        return store.of_client(db, client_id)


def under(provider: Provider, reference: str) -> Explanation:
    with provider.house.ground.database.reading() as db:
        noted = store.find(db, reference)
    assert noted is not None
    return explain(noted)


def reference(page: Page) -> str:
    return page.body.partition("<code>")[2].partition("</code>")[0]


def test_the_reference_of_the_error_page_leads_to_the_cause(provider: Provider, shop: RelyingParty, browser: Browser) -> None:
    wrong = f"https://ana:{SECRETS}@shop.example/callback/?token={SECRETS}"
    page = browser.open(shop.request(redirect_uri=wrong, state=SECRETS))
    assert page.status == 400
    assert "callback" not in page.text
    told = under(provider, reference(page))
    assert (told.endpoint, told.client_id, told.code) == ("authorize", "shop", "bad_redirect")
    assert told.because == "redirect_uri is not registered"
    assert "3.1.2.3" in told.clause
    assert told.facts["sent"] == "https://shop.example/callback/?…"
    assert told.facts["registered"] == "https://shop.example/callback"
    assert told.facts["differs_in"] == ["host or port", "path", "query"]
    assert {"redirect_uri", "state", "nonce", "code_challenge"} <= set(told.facts["parameters"])


def test_what_the_client_is_told_by_redirect_is_kept_too(provider: Provider, shop: RelyingParty, browser: Browser) -> None:
    page = browser.open(shop.request(code_challenge=None, code_challenge_method=None))
    assert (page.left, page.query["error"]) == (True, "invalid_request")
    (noted,) = of(provider)
    assert noted.because.startswith("code_challenge is missing")
    assert "RFC 7636" in explain(noted).clause


def test_an_error_of_a_machine_carries_its_reference(provider: Provider, shop: RelyingParty) -> None:
    shop.secret = SECRETS
    answer = shop.token(grant_type="authorization_code", code=SECRETS, code_verifier=SECRETS)
    assert (answer.error, answer.body) == (
        "invalid_client",
        {"error": "invalid_client", "error_description": "Client authentication failed"},
    )
    told = under(provider, answer.headers["X-Request-Id"])
    assert (told.endpoint, told.client_id, told.because) == ("token", "shop", "bad_secret")
    assert told.facts == {"parameters": ["code", "code_verifier", "grant_type"]}


def test_of_a_code_sent_twice_the_second_is_explained(provider: Provider, shop: RelyingParty, browser: Browser) -> None:
    provider.add_customer()
    browser.open(shop.request())
    code = shop.code(browser.sign_in("ana", ANA_PASSWORD))
    assert shop.redeem(code).status == 200
    assert of(provider) == ()
    assert under(provider, shop.redeem(code).headers["X-Request-Id"]).because == "the code is replayed"


def refusals_elsewhere(shop: RelyingParty) -> dict[str, Answer]:
    return {
        "no client authentication": shop.raw("POST", "/introspect", data={"token": SECRETS}),
        "token is missing": shop.post("/revoke", sso=SECRETS),
        "The access token is not valid": shop.userinfo(SECRETS),
        "The access token must not be in the address": shop.raw("GET", f"/userinfo?access_token={SECRETS}"),
        "The body must be application/x-www-form-urlencoded": shop.raw("POST", "/token", json={"grant_type": SECRETS}),
    }


def test_every_endpoint_explains_itself(provider: Provider, shop: RelyingParty, browser: Browser, clock: TestClock) -> None:
    for because, answer in refusals_elsewhere(shop).items():
        clock.advance(timedelta(seconds=1))
        assert under(provider, answer.headers["X-Request-Id"]).because == because
    page = browser.open(f"/authorize?client_id={SECRETS}")
    assert under(provider, reference(page)).because == "client_id is unknown"
    clock.advance(timedelta(seconds=1))
    told = under(provider, reference(browser.open(shop.fetched("urn:ietf:params:oauth:request_uri:x"))))
    assert (told.because.startswith("request_uri is unknown, expired, spent"), told.client_id) == (True, "shop")
    clock.advance(timedelta(seconds=1))
    page = browser.open(f"/logout?state=a&state={SECRETS}")
    assert under(provider, reference(page)).endpoint == "end_session"


def of_a_bank(bank: RelyingParty) -> dict[str, Callable[[], Answer]]:
    """What goes wrong while somebody writes a client with the profile fapi2, by what is the cause."""
    now, grant = int(bank.clock.now().timestamp()), {"grant_type": "refresh_token", "refresh_token": SECRETS}

    def proving(**wrong: Any) -> Callable[[], Answer]:
        sent = grant | {"client_assertion_type": ASSERTION, "client_assertion": bank.assertion()}
        return lambda: bank.raw("POST", "/token", data=sent, headers=bank.proven("POST", "/token", **wrong))

    return {
        "the proof is for another method": proving(htm="GET"),
        "the proof is for another address": proving(htu=f"{bank.issuer}/par"),
        "the proof is too old, from the future, or without iat": proving(iat=now - 3600),
        "the proof has no jti": proving(jti=""),
        "the proof is no signed JWT of this kind": proving(header={"typ": "JWT"}),
        "This client must send a DPoP proof": lambda: replace(bank, dpop_key=None).token(**grant),
        "wrong_audience": lambda: bank.token(**grant, client_assertion=bank.assertion(aud=f"{bank.issuer}/token")),
        "lives_too_long": lambda: bank.token(**grant, client_assertion=bank.assertion(exp=now + 3600)),
        "The DPoP proof is of another key than dpop_jkt": lambda: bank.push(dpop_jkt="A" * 43),
        "request_uri must not be pushed": lambda: bank.push(request_uri=SECRETS),
        "redirect_uri is not registered": lambda: bank.push(redirect_uri=f"https://x.example/{SECRETS}"),
        "code_challenge is missing: this client must use PKCE": lambda: bank.push(
            code_challenge=None, code_challenge_method=None
        ),
    }


def test_what_the_fapi_profile_asks_is_explained(provider: Provider, clock: TestClock, tmp_path: Path) -> None:
    """P9: each cause has its clause and its way out, at the pushed request too; the operator's command tells it."""
    clock.advance(timedelta(hours=2))
    key = ECKey.generate_key("P-256", auto_kid=True)
    jwks = {"keys": [key.as_dict(private=False)]}
    bank = provider.add_client("bank", brand="stellantis", profile="fapi2", jwks=jwks)
    bank.key = bank.dpop_key = key
    references = {}
    for because, goes_wrong in of_a_bank(bank).items():
        references[because] = goes_wrong().headers["X-Request-Id"]
        told = under(provider, references[because])
        assert (told.because, told.client_id) == (because, "bank")
        assert told.mend != UNEXPLAINED.mend, because
        clock.advance(timedelta(seconds=1))
    command_line = CommandLine(environment_for(tmp_path), tmp_path / "commands")
    printed = command_line.must("explain", references["the proof is for another address"])
    assert "RFC 9449 4.3" in printed
    assert "Set htu to the address in discovery" in printed
    assert SECRETS not in printed


def test_an_unregistered_way_back_from_signing_out_is_explained(
    provider: Provider, shop: RelyingParty, browser: Browser
) -> None:
    provider.add_customer()
    browser.open(shop.request())
    hint = shop.redeem(shop.code(browser.sign_in("ana", ANA_PASSWORD)))["id_token"]
    page = browser.open(f"/logout?id_token_hint={hint}&post_logout_redirect_uri=https://shop.example/?{SECRETS}")
    told = under(provider, reference(page))
    assert (told.endpoint, told.client_id, told.code) == ("end_session", "shop", "bad_logout_return")
    assert told.facts == {
        "parameters": ["id_token_hint", "post_logout_redirect_uri"],
        "sent": "https://shop.example/?…",
        "registered": "",
        "differs_in": [],
    }


def test_nothing_that_was_sent_is_kept_but_names_of_ours(provider: Provider, shop: RelyingParty, browser: Browser) -> None:
    shop.secret = SECRETS
    shop.token(grant_type=SECRETS, refresh_token=SECRETS, **{SECRETS: "1"})
    refusals_elsewhere(shop)
    browser.open(shop.request(redirect_uri=f"https://x.example/#{SECRETS}", nonce=SECRETS, login_hint=SECRETS))
    with provider.house.ground.database.reading() as db:
        rows = (*store.of_client(db, "shop"), *store.of_nobody(db))
    assert rows
    assert SECRETS not in json.dumps([str(row) for row in rows])


def test_a_flood_leaves_a_sample(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    for _ in range(1_000):
        assert shop.token(grant_type="none").status == 400
    assert 0 < len(of(provider)) <= 10
    for _ in range(60):
        clock.advance(timedelta(minutes=1))
        shop.token(grant_type="none")
    assert len(of(provider)) == store.MOST_OF_A_CLIENT


def test_a_flood_under_another_name_pushes_nothing_out(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    shop.token(grant_type="none")
    for number in range(60):
        clock.advance(timedelta(seconds=20))
        shop.raw("POST", "/token", data={"client_id": f"nobody{number}", "grant_type": "none"})
    with provider.house.ground.database.reading() as db:
        assert len(store.of_nobody(db)) == store.MOST_OF_A_CLIENT
    assert len(of(provider)) == 1


def test_a_refusal_stands_where_it_cannot_be_noted(provider: Provider, shop: RelyingParty) -> None:
    with provider.house.ground.database.transaction() as db:
        db.exec_driver_sql("DROP TABLE refusals")
    assert [shop.token(grant_type="none").error for _ in range(3)] == ["unsupported_grant_type"] * 3


def test_what_is_old_is_forgotten(provider: Provider, shop: RelyingParty, clock: TestClock) -> None:
    shop.token(grant_type="none")
    clock.advance(timedelta(days=29))
    shop.token(grant_type="none")
    clock.advance(timedelta(days=2))
    with provider.house.ground.database.transaction() as db:
        assert store.purge(db, clock.now(), 500) == 1
    assert len(of(provider)) == 1


def test_what_fails_on_our_side_is_no_refusal(provider: Provider, shop: RelyingParty) -> None:
    refusals = provider.house.protocol.refusals
    refusals.note("/token", OAuthError("temporarily_unavailable", status=503))
    refusals.note("/account", OAuthError("invalid_request"))
    with provider.house.ground.database.reading() as db:
        assert store.of_nobody(db) == ()
