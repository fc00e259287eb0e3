"""The code flow at the authorization endpoint, end to end (P2)."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.drivers.provider import ISSUER
from tests.protocol.authorization.provider import CHALLENGE, Seeded, authorize, parameters, sign_in

HOME = "stellantis-portal"


def test_a_customer_signs_in_and_lands_with_a_code(provider: Seeded) -> None:
    """Core 3.1.2.5, RFC 6749 4.1.2, RFC 9207 2: code, state and iss, and nothing else."""
    browser = provider.browser()
    shown = browser.open(authorize(scope="openid email"))
    assert shown.status == 200
    assert "Stellantis portal" in shown.text
    landed = sign_in(browser)
    assert landed.url.startswith("http://localhost:9001/callback?")
    assert landed.query.keys() == {"code", "state", "iss", "session_state"}
    assert landed.query["state"] == "af0ifjsldkj"
    assert landed.query["iss"] == ISSUER
    kept = provider.family(landed.query["code"])
    assert (kept.client_id, kept.scope, kept.nonce, kept.code_challenge, kept.acr) == (
        "stellantis-portal",
        "openid email",
        "n-0S6_WzA2Mj",
        CHALLENGE,
        "pwd",
    )


def test_a_running_session_needs_no_page(provider: Seeded) -> None:
    """Core 3.1.2.3: one sign-in for all."""
    browser = provider.signed_in()
    first, second = browser.open(authorize()), browser.open(authorize(prompt="none"))
    assert first.left
    assert second.left
    assert first.query["code"] != second.query["code"]


def test_every_redirect_is_303(provider: Seeded) -> None:
    """RFC 9700 4.12: never 307, whose body would carry the password on."""
    browser = provider.signed_in()
    assert browser.open(authorize(), follow=False).status == 303
    assert browser.open(authorize(prompt="none", max_age="1"), follow=False).status == 303


def test_head_issues_nothing(provider: Seeded) -> None:
    """P2: HEAD is safe (RFC 9110 9.2.1), wherever a request is answered: new, posted or parked."""
    browser = provider.signed_in()
    posted = browser.post("/authorize", parameters(HOME), follow=False).headers["Location"]  # type: ignore[arg-type]
    parked = browser.open(authorize("planner")).url.replace("/consent/", "/authorize/")
    before = provider.codes()
    cookies = "; ".join(f"{name}={browser.cookie(name)}" for name in ("idp_session", "idp_browser"))
    for address in (authorize(), posted, parked.removeprefix(ISSUER)):
        answer = provider.app.test_client().head(address, base_url=ISSUER, headers={"Cookie": cookies})
        assert (answer.status_code, "Location" in answer.headers) == (200, False), address
    assert provider.codes() == before
    assert "code" in browser.open(posted).query


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"client_id": ["stellantis-portal", "stellantis-portal"]},
        {"client_id": "x" * 4000},
        {"client_id": "a\nb"},
        {"redirect_uri": None},
        {"redirect_uri": "http://localhost:9001/callback/"},
        {"redirect_uri": "http://localhost:9001/callback?x=1"},
        {"redirect_uri": "https://evil.test/"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": ["http://localhost:9001/callback", "http://localhost:9001/callback"]},
        {"redirect_uri": "http://localhost:9001/callback\r\nX: 1"},
    ],
)
def test_before_the_match_every_error_is_our_own_page(provider: Seeded, changes: dict[str, str | list[str] | None]) -> None:
    """RFC 6749 4.1.2.1: the resource owner is told, nothing is redirected, with or without a session."""
    for browser in (provider.browser(), provider.signed_in()):
        page = browser.open(authorize(**changes), follow=False)
        assert page.status == 400
        assert "Location" not in page.headers
        assert page.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("error", "changes"),
    [
        ("invalid_request", {"nonce": ["a", "b"]}),
        ("invalid_request", {"response_type": None}),
        ("unsupported_response_type", {"response_type": "code token"}),
        ("invalid_request", {"code_challenge_method": "plain"}),
        ("invalid_request", {"code_challenge": None, "code_challenge_method": None}),
        ("invalid_scope", {"scope": "unheard:of"}),
        ("invalid_request", {"prompt": "none login"}),
        ("invalid_request", {"max_age": "soon"}),
        ("invalid_request", {"claims": "{"}),
        ("invalid_request", {"id_token_hint": "a.b.c"}),
        ("invalid_request_object", {"request": "a.b.c"}),
        ("request_not_supported", {"request": "eyJhbGciOiJub25lIn0.e30."}),
        ("invalid_target", {"resource": "https://other.example/"}),
        ("login_required", {"prompt": "none"}),
    ],
)
def test_after_the_match_every_error_is_a_redirect(
    provider: Seeded, error: str, changes: dict[str, str | list[str] | None]
) -> None:
    """RFC 6749 4.1.2.1, RFC 9207 2: error, state and iss; no cookie is touched."""
    browser = provider.browser()
    page = browser.open(authorize("stellantis-portal", **changes), follow=False)
    assert page.status == 303
    assert "Set-Cookie" not in page.headers
    landed = browser.open(authorize("stellantis-portal", **changes))
    assert landed.left
    assert landed.query["error"] == error
    assert (landed.query["state"], landed.query["iss"]) == ("af0ifjsldkj", ISSUER)
    assert landed.query.get("error_description", "x").isprintable()


def test_an_error_of_a_front_channel_type_goes_to_the_fragment(provider: Seeded) -> None:
    """OAuth 2.0 Multiple Response Types 5."""
    landed = provider.browser().open(authorize(response_type="id_token token"))
    assert landed.url.startswith("http://localhost:9001/callback#error=unsupported_response_type&")


def test_a_registered_query_is_kept(provider: Seeded) -> None:
    """RFC 6749 3.1.2."""
    landed = provider.browser().open(authorize("planner", prompt="none"))
    assert landed.url.startswith("https://planner.example/callback?tenant=7&error=login_required&")


@pytest.mark.parametrize("state", ["a b+c%20d&e=f;g#h?/\\\"'<>", "ü€😀", "s" * 2048, "\t\r\n x", "%00"])
def test_state_and_nonce_come_back_byte_identical(provider: Seeded, state: str) -> None:
    """RFC 6749 4.1.2; Core 3.1.2.1."""
    browser = provider.browser()
    browser.open(authorize(state=state, nonce=state[:512]))
    landed = sign_in(browser)
    assert landed.query["state"] == state
    assert provider.family(landed.query["code"]).nonce == state[:512]


@pytest.mark.parametrize("raw", ["state=%00", "state=%ff", "nonce=%ED%A0%80", "&".join(["x=1"] * 101)])
def test_what_cannot_be_kept_is_refused_at_the_edge(provider: Seeded, raw: str) -> None:
    """P12: NUL, undecodable bytes, lone surrogates, more than 100 fields: 400, no state change."""
    page = provider.browser().open(f"{authorize(state=None, nonce=None)}&{raw}", follow=False)
    assert page.status == 400
    assert "Location" not in page.headers


def test_a_client_may_be_excused_from_pkce_and_nonce(provider: Seeded) -> None:
    """P2: metadata of confidential baseline clients."""
    browser = provider.signed_in()
    nothing: dict[str, str | None] = {"code_challenge": None, "code_challenge_method": None, "nonce": None}
    browser.open(authorize("relaxed", **nothing))
    landed = browser.submit(press="allow")
    assert provider.family(landed.query["code"]).code_challenge is None


def test_a_disabled_client_is_a_stranger(provider: Seeded) -> None:
    """P2: no redirect for a client that may not act."""
    provider.disable("planner")
    page = provider.browser().open(authorize("planner"), follow=False)
    assert page.status == 400


@pytest.mark.parametrize("uri", ["http://127.0.0.1:51234/cb", "com.example.app:/cb"])
def test_a_native_application(provider: Seeded, uri: str) -> None:
    """RFC 8252 7.1 and 7.3."""
    landed = provider.signed_in().open(authorize("app", redirect_uri=uri))
    assert landed.url.startswith(uri + "?code=")
    assert provider.family(landed.query["code"]).redirect_uri == uri


def test_two_tabs_and_two_clients_do_not_mix(provider: Seeded) -> None:
    """P2: two tabs, two clients: no cross-talk."""
    browser = provider.browser()
    first = browser.open(authorize(state="one"))
    second = browser.open(authorize("app", state="two"))
    browser.page = first
    landed = sign_in(browser)
    assert (landed.query["state"], provider.family(landed.query["code"]).client_id) == ("one", "stellantis-portal")
    landed = browser.open(second.url)
    assert (landed.query["state"], provider.family(landed.query["code"]).client_id) == ("two", "app")


def test_another_browser_cannot_resume(provider: Seeded) -> None:
    """S3.2: an interaction belongs to the browser that began it."""
    shown = provider.browser().open(authorize())
    other = provider.signed_in()
    before = provider.codes()
    assert not other.open(shown.url.replace("/signin/", "/authorize/")).left
    assert provider.codes() == before


def test_an_interaction_gives_one_code(provider: Seeded) -> None:
    """S3.2: replaying a finished interaction."""
    browser = provider.browser()
    shown = browser.open(authorize())
    assert sign_in(browser).left
    before = provider.codes()
    again = browser.open(shown.url.replace("/signin/", "/authorize/"))
    assert not again.left
    assert again.status == 200
    assert "Back to Stellantis portal" in again.text
    assert provider.codes() == before


def test_a_page_left_open_overnight_still_works(provider: Seeded) -> None:
    """P2: the sealed request is checked and parked anew, and what was typed is used."""
    browser = provider.browser()
    browser.open(authorize(state="yesterday"))
    provider.clock.advance(timedelta(hours=10))
    landed = sign_in(browser)
    assert landed.query["state"] == "yesterday"
    assert "code" in landed.query


def test_a_request_that_is_no_longer_in_order_is_not_revived(provider: Seeded) -> None:
    """P2: checked anew."""
    browser = provider.browser()
    browser.open(authorize("planner"))
    provider.disable("planner")
    provider.clock.advance(timedelta(hours=10))
    assert sign_in(browser).status == 400
    assert provider.codes() == 0


def test_a_request_may_come_by_post(provider: Seeded) -> None:
    """Core 3.1.2.1: GET and POST."""
    browser = provider.signed_in()
    landed = browser.post("/authorize", parameters("stellantis-portal", state="posted"))  # type: ignore[arg-type]
    assert landed.query["state"] == "posted"
    assert "code" in landed.query


def test_a_post_from_another_site_is_fetched_again_with_the_cookies(provider: Seeded) -> None:
    """P2: a cross-site POST carries no Lax cookie; the session is only looked at after a 303 to GET."""
    stranger = provider.app.test_client(use_cookies=False)
    body = urlencode(parameters("stellantis-portal", prompt="none", state="posted"), doseq=True)
    headers = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    answer = stranger.post(
        "/authorize", base_url=ISSUER, data=body, headers=headers, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers
    target = answer.headers["Location"]
    assert provider.signed_in().open(target).query["state"] == "posted"
    assert "code" in provider.signed_in().open(target).query
    assert provider.browser().open(target).query["error"] == "login_required"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("application/json", '{"client_id": "stellantis-portal"}'), ("multipart/form-data; boundary=x", "--x--"), (None, "")],
)
def test_a_post_that_is_no_form_is_refused(provider: Seeded, content_type: str | None, body: str) -> None:
    """Core 13.2: form serialization."""
    answer = provider.app.test_client().post("/authorize", base_url=ISSUER, data=body, content_type=content_type)
    assert answer.status_code == 400


def test_other_methods_are_refused(provider: Seeded) -> None:
    """RFC 6749 3.1: GET and POST alone."""
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert provider.app.test_client().open("/authorize", base_url=ISSUER, method=method).status_code == 405


def test_a_posted_request_that_is_gone_says_so(provider: Seeded) -> None:
    """P2: an own page, no redirect."""
    assert provider.browser().open("/authorize/posted/nothing").status == 400


def test_an_answer_is_never_cached(provider: Seeded) -> None:
    """RFC 6749 5.1 in spirit: codes are secrets."""
    page = provider.signed_in().open(authorize(), follow=False)
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
