"""OpenID Connect RP-Initiated Logout 1.0 (P7)."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from tests.drivers.browser import Browser
from tests.drivers.provider import ISSUER
from tests.protocol.authorization.provider import Seeded, authorize

HOME = "http://localhost:9001/signed-out"


def logout(**parameters: str) -> str:
    return f"/logout?{urlencode(parameters)}"


def is_signed_in(browser: Browser) -> bool:
    return "code" in browser.open(authorize(prompt="none")).query


def test_a_portal_signs_its_customer_out(provider: Seeded) -> None:
    """RP-Initiated Logout 3: back with state, and nothing else; an expired hint is fine (section 2)."""
    browser = provider.signed_in()
    landed = browser.open(logout(id_token_hint=provider.id_token(), post_logout_redirect_uri=HOME, state="a b"))
    assert landed.url == HOME + "?state=a%20b"
    assert not is_signed_in(browser)
    assert browser.cookie("idp_session") is None
    assert [event.reason for event in provider.happened("SessionEnded")] == ["logout"]


def test_it_works_by_post(provider: Seeded) -> None:
    """RP-Initiated Logout 2: GET and POST; a cross-site POST carries no Lax cookie, so it is fetched again by GET."""
    fields = {"id_token_hint": provider.id_token(), "post_logout_redirect_uri": HOME, "state": "s"}
    browser = provider.signed_in()
    answer = provider.app.test_client(use_cookies=False).post("/logout", base_url=ISSUER, data=fields)
    assert answer.status_code == 303
    assert browser.open(answer.headers["Location"]).url == HOME + "?state=s"
    assert not is_signed_in(browser)


def test_a_registered_query_is_kept(provider: Seeded) -> None:
    """RP-Initiated Logout 3: exact match, state added."""
    browser = provider.signed_in()
    uri = "https://planner.example/bye?from=idp"
    landed = browser.open(logout(id_token_hint=provider.id_token("planner"), post_logout_redirect_uri=uri, state="s"))
    assert landed.url == uri + "&state=s"


def test_nobody_is_sent_to_a_client_that_was_switched_off(provider: Seeded) -> None:
    """S3.6: it may be in wrong hands; signing out still works, on our own pages."""
    hint, browser = provider.id_token(), provider.signed_in()
    provider.disable("stellantis-portal")
    asked = browser.open(logout(id_token_hint=hint, client_id="stellantis-portal", post_logout_redirect_uri=HOME))
    assert (asked.status, asked.url.startswith(ISSUER)) == (200, True)
    assert HOME not in browser.submit(press="logout").text


def test_a_hint_signed_by_a_retired_key_is_fine(provider: Seeded) -> None:
    """P7."""
    hint = provider.id_token()
    browser = provider.signed_in()
    ground = provider.house.ground
    with ground.database.transaction() as db:
        provider.house.protocol.keys.rotate(db, ground.bus, provider.clock.now())
    provider.clock.advance(timedelta(hours=2))
    assert browser.open(logout(id_token_hint=hint, post_logout_redirect_uri=HOME)).url == HOME


def test_without_a_return_address_our_own_page_follows(provider: Seeded) -> None:
    """RP-Initiated Logout 2: the address is optional."""
    browser = provider.signed_in()
    browser.open(authorize("app"))
    page = browser.open(logout(id_token_hint=provider.id_token()))
    assert page.status == 200
    assert "Stellantis portal" in page.text
    assert "Phone app" in page.text
    assert not is_signed_in(browser)


def test_where_nobody_is_signed_in_any_more_the_customer_still_gets_back(provider: Seeded) -> None:
    """RP-Initiated Logout 2: the session may have ended."""
    landed = provider.browser().open(logout(id_token_hint=provider.id_token(), post_logout_redirect_uri=HOME, state="s"))
    assert landed.url == HOME + "?state=s"


@pytest.mark.parametrize("uri", [HOME + "/", HOME + "?x=1", "https://evil.test/", "http://localhost:9002/signed-out"])
def test_an_unregistered_or_extended_address_is_never_gone_to(provider: Seeded, uri: str) -> None:
    """RP-Initiated Logout 3: exact match with a registration of this client; it says so, and ends nothing."""
    browser = provider.signed_in()
    page = browser.open(logout(id_token_hint=provider.id_token(), post_logout_redirect_uri=uri))
    assert not page.left
    assert page.status == 400
    assert uri not in page.body
    assert page.link("Sign out here") == "/logout"
    assert is_signed_in(browser)


@pytest.mark.parametrize("hint", [None, "garbage", "changed", "another subject", "not an id token", "foreign issuer"])
def test_without_a_valid_hint_it_asks_and_never_redirects(provider: Seeded, hint: str | None) -> None:
    """RP-Initiated Logout 6: ask; RP-Initiated Logout 4: no redirect on errors."""
    hints = {
        "garbage": "a.b.c",
        "changed": provider.id_token()[:-4] + "AAAA",
        "another subject": provider.id_token(username="ben"),
        "not an id token": provider.id_token(typ="at+jwt"),
        "foreign issuer": provider.id_token(iss="https://evil.test"),
    }
    given = {"id_token_hint": hints[hint]} if hint else {}
    browser = provider.signed_in()
    page = browser.open(logout(post_logout_redirect_uri=HOME, state="s", client_id="stellantis-portal", **given))
    assert page.status == 200
    assert page.url.startswith(ISSUER)
    assert is_signed_in(browser)
    browser.page = page
    done = browser.submit(press="logout")
    assert not done.left
    assert done.link("Back to Stellantis portal") == HOME
    assert not is_signed_in(browser)


def test_a_hint_of_another_client_than_the_one_named(provider: Seeded) -> None:
    """RP-Initiated Logout 2: client_id must match the audience."""
    browser = provider.signed_in()
    page = browser.open(logout(id_token_hint=provider.id_token(), client_id="planner", post_logout_redirect_uri=HOME))
    assert not page.left
    assert is_signed_in(browser)


def test_a_plain_get_ends_nothing_until_confirmed(provider: Seeded) -> None:
    """P7: a link or an image must not sign anybody out."""
    browser = provider.signed_in()
    page = browser.open("/logout")
    assert "Sign out?" in page.text
    assert is_signed_in(browser)
    browser.page = page
    stayed = browser.submit(press="stay")
    assert "still signed in" in stayed.text
    assert is_signed_in(browser)


def test_the_confirmation_needs_our_form(provider: Seeded) -> None:
    """S3.10."""
    browser = provider.signed_in()
    assert browser.post("/logout/confirm", {"logout": "1"}, follow=False).status == 403
    assert is_signed_in(browser)


def test_a_return_link_is_offered_for_registered_addresses_alone(provider: Seeded) -> None:
    """P7: an address from the request is shown only where it is the client's own."""
    browser = provider.signed_in()
    browser.open(logout(post_logout_redirect_uri="https://evil.test/", client_id="stellantis-portal"))
    done = browser.submit(press="logout")
    assert "evil.test" not in done.body


def test_head_ends_nothing(provider: Seeded) -> None:
    """RFC 9110 9.3.2: HEAD is safe."""
    browser = provider.signed_in()
    cookies = f"idp_session={browser.cookie('idp_session')}"
    url = logout(id_token_hint=provider.id_token())
    answer = provider.app.test_client(use_cookies=False).head(url, base_url=ISSUER, headers={"Cookie": cookies})
    assert answer.status_code == 200
    assert is_signed_in(browser)


def test_the_signed_out_page_ends_nothing(provider: Seeded) -> None:
    """P7: GET without hint ends nothing."""
    browser = provider.signed_in()
    assert "Sign out?" in browser.open("/signed-out").text
    assert is_signed_in(browser)
    assert "signed out" in provider.browser().open("/signed-out").text


@pytest.mark.parametrize(
    "raw", ["state=a&state=b", "id_token_hint=a&id_token_hint=a", "state=" + "s" * 2049, "state=%00", "%ff"]
)
def test_what_cannot_be_used_is_refused(provider: Seeded, raw: str) -> None:
    """P12."""
    page = provider.signed_in().open(f"/logout?{raw}", follow=False)
    assert page.status == 400
    assert "Location" not in page.headers


def test_signing_out_ends_the_tokens_of_the_session(provider: Seeded) -> None:
    """P4: revoked with the session at the provider."""
    browser = provider.signed_in()
    family = provider.family(browser.open(authorize()).query["code"])
    browser.open(logout(id_token_hint=provider.id_token()))
    with provider.house.ground.database.reading() as db:
        standing = provider.house.protocol.issuance.families.standing(db, family, None, provider.clock.now())
    assert standing is None
