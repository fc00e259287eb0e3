"""What may happen once happens once, on each database and each KV (S3.1)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from werkzeug.test import Client, TestResponse

from idp.core.errors import Refused
from idp.oidc.authorization.case import Case
from idp.oidc.authorization.decision import Issue
from idp.oidc.authorization.parameters import read_parameters
from idp.oidc.authorization.request import AuthorizationRequest, read_request
from idp.oidc.authorization.response import Answer
from tests.drivers.browser import Browser
from tests.drivers.provider import ISSUER
from tests.protocol.authorization.provider import Seeded, authorize, seed, sign_in

AT_ONCE = 10


@pytest.fixture
def provider(migrated_url: str, kv_url: str, tmp_path: Path) -> Iterator[Seeded]:
    """On SQLite and on PostgreSQL, on SQLite and on Redis."""
    opened = seed(tmp_path, database_url=migrated_url, kv_url=kv_url, blocking_threads="12")
    yield opened
    opened.house.ground.database.close()


def all_at_once(provider: Seeded, browser: Browser, url: str, fields: dict[str, str] | None = None) -> list[TestResponse]:
    """The same request of one browser, ten times at the same moment."""
    names = ("idp_session", "idp_browser")
    cookies = "; ".join(f"{name}={browser.cookie(name)}" for name in names if browser.cookie(name))
    headers = {"Cookie": cookies, "Origin": ISSUER}
    start = Barrier(AT_ONCE)

    def one(_: int) -> TestResponse:
        start.wait()
        client = Client(provider.app, use_cookies=False)
        return client.open(url, base_url=ISSUER, method="POST" if fields else "GET", data=fields, headers=headers)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(one, range(AT_ONCE)))


def codes_in(answers: list[TestResponse]) -> int:
    assert {answer.status_code for answer in answers} == {303}
    return sum("code=" in answer.headers["Location"] for answer in answers)


def test_an_interaction_resumed_ten_times_at_once_gives_one_code(provider: Seeded) -> None:
    """S3.1."""
    browser = provider.browser()
    shown = browser.open(authorize())
    page = browser.submit(username="ana", password="lantern orbit mosaic 7", follow=False)
    assert page.status == 303
    answers = all_at_once(provider, browser, shown.url.removeprefix(ISSUER).replace("/signin/", "/authorize/"))
    assert codes_in(answers) == 1
    assert provider.codes() == 1


def test_ten_clicks_on_allow_are_one_consent(provider: Seeded) -> None:
    """S3.1."""
    browser = provider.signed_in()
    page = browser.open(authorize("planner"))
    fields = page.forms[0].fields | {"allow": "1"}
    answers = all_at_once(provider, browser, page.url.removeprefix(ISSUER), fields)
    assert {answer.status_code for answer in answers} == {303}
    assert "code" in browser.open(authorize("planner", prompt="none")).query


def test_ten_clicks_on_allow_are_one_first_visit(provider: Seeded) -> None:
    """S3.1."""
    browser = provider.signed_in()
    page = browser.open(authorize("alphera-portal"))
    fields = page.forms[0].fields | {"allow": "1"}
    answers = all_at_once(provider, browser, page.url.removeprefix(ISSUER), fields)
    assert {answer.status_code for answer in answers} == {303}
    assert "code" in browser.open(authorize("alphera-portal", prompt="none")).query


@pytest.mark.parametrize(("client_id", "ended"), [("planner", "planner"), ("alphera-portal", "brand/alphera")])
def test_what_is_taken_back_between_the_look_and_the_code_gives_none(provider: Seeded, client_id: str, ended: str) -> None:
    """Core 3.1.2.4: who shuts an application, or a brand, out while it asks for a code is asked again."""
    browser, asks = provider.signed_in(), authorize(client_id, scope="openid offline_access", prompt="none")
    browser.open(asks.replace("prompt=none", "prompt=consent"))
    assert browser.submit(press="allow").left
    authorization, sessions = provider.house.protocol.authorization, provider.house.people.sessions
    case = authorization.open(read_request(read_parameters(asks.partition("?")[2].encode())))
    assert isinstance(case, Case)
    looked = authorization.weigh(case, sessions.find(browser.cookie("idp_session")))
    assert isinstance(looked, Issue)
    browser.open(f"/account/applications/{ended}")
    assert browser.submit().status == 200
    before = provider.codes()
    assert authorization.issue(case, looked.session, looked.context) is None
    assert provider.codes() == before
    assert browser.open(asks).query["error"] == "consent_required"


def test_a_pushed_request_outlives_a_session_that_ends_before_the_code(provider: Seeded) -> None:
    """RFC 9126 7.3: what issued nothing spends nothing; then one code, and none more from a page that is still open."""
    browser, authorization, sessions = (
        provider.signed_in(),
        provider.house.protocol.authorization,
        provider.house.people.sessions,
    )
    asked = read_request(read_parameters(authorize(response_mode="query").partition("?")[2].encode()))
    pushed = authorization.requests.pushed.keep(asked)
    case = authorization.open(AuthorizationRequest(client_id=asked.client_id, request_uri=pushed.request_uri))
    assert isinstance(case, Case)
    looked = authorization.weigh(case, sessions.find(browser.cookie("idp_session")))
    assert isinstance(looked, Issue)
    browser.open(f"/logout?id_token_hint={provider.id_token()}")
    assert authorization.issue(case, looked.session, looked.context) is None
    again = authorization.open(case.matched.request)
    assert isinstance(again, Case)
    fresh = authorization.weigh(again, sessions.find(provider.signed_in().cookie("idp_session")))
    assert isinstance(fresh, Issue)
    before = provider.codes()
    assert isinstance(authorization.issue(again, fresh.session, fresh.context), Answer)
    with pytest.raises(Refused):
        authorization.issue(again, fresh.session, fresh.context)
    with pytest.raises(Refused):
        authorization.open(again.matched.request)
    assert provider.codes() == before + 1


def test_ten_sign_outs_tell_each_client_once(provider: Seeded) -> None:
    """P7: one logout token per client visited."""
    browser = provider.signed_in()
    answers = all_at_once(provider, browser, f"/logout?id_token_hint={provider.id_token()}")
    assert {answer.status_code for answer in answers} == {200}
    assert len(provider.happened("SessionEnded")) == 1


def test_the_flow_keeps_odd_text_on_every_store(provider: Seeded) -> None:
    """P12: what passes the edge can be kept everywhere."""
    odd = "\x01\u007f \u2028 ü 😀 \\u0000 '; --"
    browser = provider.browser()
    browser.open(authorize(state=odd, nonce=odd, claims='{"id_token": {"acr": {"value": "\\u0001\\u2028"}}}', login_hint=odd))
    landed = sign_in(browser)
    assert landed.query["state"] == odd
    assert provider.family(landed.query["code"]).nonce == odd
