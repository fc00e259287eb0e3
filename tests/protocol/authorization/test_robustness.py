"""No input gives a 5xx, and a store that is down fails closed (P12, S4)."""

from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from idp.app.house import MOST_PARKED, PARKING_WINDOW
from tests.drivers.browser import Browser
from tests.drivers.provider import ISSUER, settings_for
from tests.protocol.authorization.provider import Seeded, authorize, parameters

NAMES = sorted({*parameters("stellantis-portal"), "prompt", "max_age", "claims", "id_token_hint", "resource", "acr_values"})
VALUES = st.one_of(
    st.text(st.characters(), max_size=40),
    st.sampled_from(
        ["none", "login", "0", "-1", "{}", "null", '{"id_token":{"acr":{"essential":true}}}', "form_post", "code", ""]
    ),
)


def quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=4), st.sampled_from(["GET", "POST"]))
def test_any_parameters_get_a_clear_answer(provider: Seeded, changes: list[tuple[str, str]], method: str) -> None:
    """P12: never a 5xx; never a redirect to anywhere but the registered address or our own pages."""
    kept = {name: value for name, value in parameters("stellantis-portal").items() if name not in dict(changes)}
    raw = urlencode(kept) + "".join(f"&{name}={quoted(value)}" for name, value in changes)
    client = Client(provider.app, use_cookies=False)
    if method == "GET":
        answer = client.get("/authorize", query_string=raw, base_url=ISSUER)
    else:
        answer = client.post("/authorize", data=raw, base_url=ISSUER, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (200, 303, 400)
    if answer.status_code == 303:
        assert answer.headers["Location"].startswith(("http://localhost:9001/callback", "/signin/", "/authorize/posted/"))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=40), st.text(st.characters(), max_size=40))
def test_any_logout_request_gets_a_clear_answer(provider: Seeded, hint: str, uri: str, state: str) -> None:
    """P12."""
    raw = f"id_token_hint={quoted(hint)}&post_logout_redirect_uri={quoted(uri)}&state={quoted(state)}"
    answer = Client(provider.app, use_cookies=False).get("/logout", query_string=raw, base_url=ISSUER)
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize("path", ["/authorize/", "/consent/", "/authorize/posted/"])
@pytest.mark.parametrize("name", ["x", "x" * 3000, "%00", "%ff", "é", "..", "a%2Fb"])
def test_any_name_of_an_interaction_gets_a_clear_answer(provider: Seeded, path: str, name: str) -> None:
    """P12; S3.2: an interaction that is not ours leads nowhere."""
    page = provider.signed_in().open(path + name)
    assert page.status in (400, 404)


def test_a_body_that_is_too_large_is_refused(provider: Seeded) -> None:
    """P12: 16 KiB at protocol endpoints, 64 KiB elsewhere, URL 8 KiB, to the byte."""
    client = Client(provider.app, use_cookies=False)

    def posted(path: str, length: int) -> int:
        body = b"f=".ljust(length, b"x")
        return client.post(path, data=body, content_type="application/x-www-form-urlencoded", base_url=ISSUER).status_code

    def asked(path: str, length: int) -> int:
        return client.get(path, query_string="f=".ljust(length - len(path), "x"), base_url=ISSUER).status_code

    for path, largest, read in (
        ("/authorize", 16, 400),
        ("/token", 16, 400),
        ("/logout/confirm", 64, 403),
        ("/recovery", 64, 403),
    ):
        assert (posted(path, largest * 1024), posted(path, largest * 1024 + 1)) == (read, 413), path
    for path, read in (("/authorize", 400), ("/jwks", 200)):
        assert (asked(path, 8 * 1024), asked(path, 8 * 1024 + 1)) == (read, 414), path


def test_a_hundred_fields_are_read_and_no_more(provider: Seeded) -> None:
    """P12: at protocol endpoints and in forms of our own pages."""
    sent = authorize()
    sent += "".join(f"&f{n}=1" for n in range(99 - sent.count("&")))
    assert provider.browser().open(sent).status == 200
    assert provider.browser().open(sent + "&x=1").status == 400
    browser = provider.signed_in()
    browser.open("/logout")
    form = browser.page.forms[0].fields
    more = {f"f{n}": "1" for n in range(100 - len(form))}
    assert browser.post("/logout/confirm", form | more, follow=False).status == 200
    assert browser.post("/logout/confirm", form | more | {"x": "1"}, follow=False).status == 400


def with_kv_down(provider: Seeded, folder: Path) -> tuple[Seeded, Browser]:
    """Another worker on the same database, whose KV does not answer, and a browser that had signed in before."""
    browser = provider.signed_in()
    broken = Seeded(settings_for(folder, kv_url="redis://127.0.0.1:1/0"), provider.clock)
    moved = broken.browser()
    moved.bring("idp_session", browser.cookie("idp_session") or "")
    return broken, moved


def test_without_the_kv_live_sessions_go_on(provider: Seeded, tmp_path: Path) -> None:
    """ADR 4: KV down: live sessions go on."""
    broken, browser = with_kv_down(provider, tmp_path)
    assert "code" in browser.open(authorize(prompt="none")).query
    assert "code" in browser.open(authorize()).query
    assert browser.open(f"/logout?id_token_hint={broken.id_token()}").status == 200
    broken.house.ground.database.close()


def test_without_the_kv_nothing_is_parked_and_people_are_told(provider: Seeded, tmp_path: Path) -> None:
    """ADR 4: fail closed, 503 with Retry-After."""
    broken, _ = with_kv_down(provider, tmp_path)
    page = broken.browser().open(authorize())
    assert page.status == 503
    assert int(page.headers["Retry-After"]) > 0
    posted = broken.browser().post("/authorize", parameters("stellantis-portal"))  # type: ignore[arg-type]
    assert posted.status == 503
    broken.house.ground.database.close()


def test_a_source_that_begins_too_much_has_to_wait(provider: Seeded) -> None:
    """S1: every parked request fills the KV, and asks for no credential."""
    window = int(provider.clock.now().timestamp() // PARKING_WINDOW.total_seconds())
    provider.house.ground.kv.incr(f"throttle:park:192.0.2.1:{window}", PARKING_WINDOW, by=MOST_PARKED)
    crowded = provider.browser("192.0.2.1")
    assert crowded.open(authorize()).status == 429
    assert crowded.post("/authorize", parameters("stellantis-portal")).status == 429  # type: ignore[arg-type]
    assert crowded.post("/logout", {"state": "s"}).status == 429
    assert provider.browser("192.0.2.2").open(authorize()).status == 200


def test_a_posted_logout_is_kept_without_what_it_cannot_use(provider: Seeded) -> None:
    """P12: a hint that is no ID token of ours says nothing, an address too long is nobody's."""
    browser = provider.browser()
    kept = browser.post("/logout", {"id_token_hint": "x" * 10_000, "state": "s"})
    assert kept.status == 200
    assert browser.post("/logout", {"post_logout_redirect_uri": "https://x.example/" + "x" * 3000}).status == 400
