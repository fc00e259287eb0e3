"""OpenID Connect Session Management 1.0 (P7). What its script answers, a browser shows: tests/browser/test_signing_out.py."""

import base64
import hashlib
import re
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser, Page
from tests.drivers.provider import ISSUER
from tests.protocol.authorization.provider import Seeded, authorize

STATE = "idp_browser_state"


def computed(client_id: str, origin: str, browser: Browser, told: str) -> str:
    """Session Management 3.2, in the order of its example."""
    digest, salt = told.split(".")
    text = f"{client_id} {origin} {browser.cookie(STATE)} {salt}"
    assert len(digest) == 64
    return f"{hashlib.sha256(text.encode()).hexdigest()}.{salt}"


@pytest.mark.parametrize(
    ("client_id", "origin"), [("stellantis-portal", "http://localhost:9001"), ("planner", "https://planner.example")]
)
def test_the_answer_carries_the_state_of_this_client_and_origin(provider: Seeded, client_id: str, origin: str) -> None:
    """Session Management 2, 3.2: client, origin, browser state and a salt, in every answer that grants."""
    browser = provider.signed_in()
    page = browser.open(authorize(client_id))
    told = (page if page.left else browser.submit(press="allow")).query["session_state"]
    assert told == computed(client_id, origin, browser, told)
    silent = browser.open(authorize(client_id, response_mode="fragment", prompt="none"))
    again = dict(parse_qsl(urlsplit(silent.url).fragment))["session_state"]
    assert again == computed(client_id, origin, browser, again)
    assert again != told


def test_it_travels_by_form_too(provider: Seeded) -> None:
    """Form Post 2: every parameter of the answer is a field."""
    browser = provider.signed_in()
    told = browser.open(authorize(response_mode="form_post")).forms[0].fields["session_state"]
    assert told == computed("stellantis-portal", "http://localhost:9001", browser, told)


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ("stellantis-portal", {"scope": "email"}),
        ("stellantis-portal", {"prompt": "none", "max_age": "0"}),
        ("app", {"redirect_uri": "com.example.app:/cb"}),
    ],
    ids=["not openid", "refused", "no origin"],
)
def test_where_there_is_no_state_to_tell(provider: Seeded, who: str, asked: dict[str, str]) -> None:
    """Session Management 2: with an ID token, and for scripts of an origin."""
    page = provider.signed_in().open(authorize(who, **asked))
    assert page.left
    assert "session_state" not in page.query


def test_the_browser_state_follows_the_session_and_is_no_handle(provider: Seeded) -> None:
    """S1, cookies; Session Management 3.2: another one for another session, none without one, the same while it goes on."""
    browser = provider.signed_in()
    first = browser.cookie(STATE)
    browser.open(authorize(prompt="login"))
    assert browser.submit(password=ANA_PASSWORD).left
    assert browser.cookie(STATE) == first
    stranger = provider.browser()
    stranger.bring("idp_session", str(first))
    assert "code" not in stranger.open(authorize(prompt="none")).query
    browser.open("/logout")
    browser.submit(press="logout")
    assert browser.cookie(STATE) is None


def test_a_browser_that_lost_it_gets_it_back_and_one_whose_session_ended_loses_it(provider: Seeded) -> None:
    """Session Management 3.2: the state is that of the session, whatever happened while the browser was away."""
    browser = provider.signed_in()
    kept = browser.cookie(STATE)
    browser.forget(STATE)
    told = browser.open(authorize()).query["session_state"]
    assert browser.cookie(STATE) == kept
    assert told == computed("stellantis-portal", "http://localhost:9001", browser, told)
    provider.clock.advance(timedelta(minutes=16))
    assert "error" in browser.open(authorize(prompt="none")).query
    assert browser.cookie(STATE) == kept  # P2: prompt=none changes no cookie
    browser.open(authorize())
    assert browser.cookie(STATE) is None


def test_the_page_may_be_framed_and_does_nothing_but_compare(provider: Seeded) -> None:
    """Session Management 3.3; S1, CSP: framed by anybody, by its address alone, with one script that is known by its digest."""
    client = provider.app.test_client()
    found = client.get("/.well-known/openid-configuration", base_url=ISSUER).json
    assert found is not None
    answer = client.get(found["check_session_iframe"].removeprefix(ISSUER), base_url=ISSUER)
    policy = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
    script = re.findall(r"<script>(.*)</script>", answer.text, re.DOTALL)[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy == {
        "default-src": "'none'",
        "script-src": f"'sha256-{digest}'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "*",
    }
    assert (answer.status_code, answer.headers.getlist("Set-Cookie"), "X-Frame-Options" in answer.headers) == (200, [], False)
    assert f'data-cookie="{STATE}"' in answer.text
    assert can_be_framed(provider.browser().open("/signed-out")) is False


def can_be_framed(page: Page) -> bool:
    return "frame-ancestors 'none'" not in page.headers["Content-Security-Policy"]
