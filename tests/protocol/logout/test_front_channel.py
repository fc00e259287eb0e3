"""OpenID Connect Front-Channel Logout 1.0 (P7): the pages that are framed, and the way on."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from idp.clients.metadata import ClientMetadata
from tests.drivers.browser import Browser, Page
from tests.drivers.provider import ISSUER
from tests.protocol.authorization.provider import BOTH, CLIENTS, EVERY_SCOPE, Seeded, authorize

HOME = "http://localhost:9001/signed-out"
PAGES = {
    "stellantis-portal": "http://localhost:9001/front",
    "planner": "https://planner.example/front?tenant=7",
    "relaxed": "https://old.example/front",
}


@pytest.fixture
def visitor(provider: Seeded) -> Browser:
    """Ana, signed in at the portal and at the planner; each has a page of its own for this. A third one she never visits."""
    for client_id, uri in PAGES.items():
        change(provider, client_id, frontchannel_logout_uri=uri)
    browser = provider.signed_in()
    browser.open(authorize("planner"))
    browser.submit(press="allow")
    return browser


def change(provider: Seeded, client_id: str, **changed: Any) -> None:
    ground = provider.house.ground
    stored = next(client for client in CLIENTS if client["client_id"] == client_id)
    given = {"grant_types": BOTH, "scope": EVERY_SCOPE, **stored, **changed}
    with ground.database.transaction() as db:
        provider.house.parties.clients.save(db, ground.bus, ClientMetadata.model_validate(given), "file")
    provider.house.parties.clients.forget(client_id)


def sign_out(provider: Seeded, browser: Browser, **more: str) -> Page:
    return browser.open(f"/logout?{urlencode({'id_token_hint': provider.id_token(), **more})}")


def frame_src(page: Page) -> list[str]:
    policy = dict(rule.split(" ", 1) for rule in page.headers["Content-Security-Policy"].split("; "))
    return policy.get("frame-src", "").split()


def test_each_client_visited_is_framed_with_issuer_and_session(provider: Seeded, visitor: Browser) -> None:
    """Front-Channel Logout 2, 3: one frame per client of the session, its query kept, `iss` and its own `sid` added."""
    session_id = provider.family(visitor.open(authorize()).query["code"]).session_id
    page = sign_out(provider, visitor, post_logout_redirect_uri=HOME, state="a b")
    at = {urlsplit(frame).netloc: parse_qs(urlsplit(frame).query) for frame in page.frames}
    sid = {
        name: provider.house.people.pairwise.sid(session_id, client.sector)
        for name in PAGES
        if (client := provider.house.parties.clients.find(name)) is not None
    }
    assert at == {
        "localhost:9001": {"iss": [ISSUER], "sid": [sid["stellantis-portal"]]},
        "planner.example": {"tenant": ["7"], "iss": [ISSUER], "sid": [sid["planner"]]},
    }
    assert page.link("Continue") == HOME + "?state=a%20b"
    assert [event.reason for event in provider.happened("SessionEnded")] == ["logout"]
    assert (visitor.cookie("idp_session"), visitor.cookie("idp_browser_state")) == (None, None)


def test_the_policy_names_these_origins_and_no_other(provider: Seeded, visitor: Browser) -> None:
    """S1, CSP: frame-src holds the registered origins; no other page frames anything, and nobody frames ours."""
    assert frame_src(visitor.open("/account")) == []
    page = sign_out(provider, visitor, post_logout_redirect_uri=HOME)
    assert frame_src(page) == ["http://localhost:9001", "https://planner.example"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"


def test_nobody_waits_where_nothing_is_framed(provider: Seeded, visitor: Browser) -> None:
    """RP-Initiated Logout 3: straight back, also where the only page is that of a client that was switched off."""
    change(provider, "stellantis-portal", frontchannel_logout_uri=None)
    provider.disable("planner")
    assert sign_out(provider, visitor, post_logout_redirect_uri=HOME).url == HOME


def test_a_sign_out_at_our_own_page_frames_them_too(provider: Seeded, visitor: Browser) -> None:
    """P7: whoever signs out at the provider signs out everywhere."""
    visitor.open("/logout")
    page = visitor.submit(press="logout")
    assert [urlsplit(frame).path for frame in page.frames] == ["/front", "/front"]
    assert "You’re signed out" in page.text
    assert visitor.open("/logout").frames == []


def test_the_back_channel_hears_of_it_as_well(provider: Seeded, visitor: Browser) -> None:
    """Back-Channel Logout 2: a client may have both."""
    sign_out(provider, visitor, post_logout_redirect_uri=HOME)
    with provider.house.ground.database.reading() as db:
        rows = db.exec_driver_sql("SELECT target FROM outbox WHERE kind = 'logout_token' ORDER BY target").scalars()
        assert list(rows) == ["planner", "stellantis-portal"]
