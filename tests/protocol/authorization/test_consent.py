"""Consent of third-party clients, and the first visit to another brand (Core 3.1.2.4, P2)."""

from datetime import timedelta

import pytest

from tests.builders import TestClock
from tests.drivers.browser import Browser
from tests.protocol.authorization.provider import Seeded, authorize, sign_in

HOME = "stellantis-portal"


def test_a_third_party_asks_in_words_before_it_gets_a_code(provider: Seeded) -> None:
    """Core 3.1.2.4: who asks, for what; P2: policy and terms."""
    browser = provider.browser()
    browser.open(authorize("planner", scope="openid email"))
    asked = sign_in(browser)
    assert not asked.left
    assert "Budget <Planner>" in asked.text
    assert "Budget <Planner>" not in asked.body
    assert "See your e-mail address" in asked.text
    assert "Ana Ferreira" in asked.text
    assert asked.link("Privacy policy") == "https://planner.example/privacy"
    assert asked.link("Terms of service") == "https://planner.example/terms"
    landed = browser.submit(press="allow")
    assert provider.family(landed.query["code"]).scope == "openid email"


def test_consent_is_remembered(provider: Seeded) -> None:
    """P2: remembered."""
    browser = provider.signed_in()
    browser.open(authorize("planner", scope="openid email"))
    browser.submit(press="allow")
    assert browser.open(authorize("planner", scope="openid")).left
    assert "code" in browser.open(authorize("planner", scope="email openid", prompt="none")).query


def test_more_scope_asks_again(provider: Seeded) -> None:
    """P2, Core 3.1.2.4: what was never allowed is asked."""
    browser = provider.signed_in()
    browser.open(authorize("planner", scope="openid email"))
    browser.submit(press="allow")
    assert browser.open(authorize("planner", scope="openid phone", prompt="none")).query["error"] == "consent_required"
    assert not browser.open(authorize("planner", scope="openid phone")).left


def test_claims_that_reveal_more_ask_again(provider: Seeded) -> None:
    """P2: the claims parameter is no way around consent."""
    browser = provider.signed_in()
    browser.open(authorize("planner"))
    browser.submit(press="allow")
    wants = '{"userinfo": {"phone_number": null}}'
    assert "See your phone number" in browser.open(authorize("planner", claims=wants)).text


def test_prompt_consent_asks_every_time(provider: Seeded) -> None:
    """Core 3.1.2.1 prompt=consent."""
    browser = provider.signed_in()
    for _ in range(2):
        assert not browser.open(authorize("planner", prompt="consent")).left
        assert browser.submit(press="allow").left
    assert not browser.open(authorize(HOME, prompt="consent")).left
    assert "code" in browser.submit(press="allow").query


def test_login_and_consent_in_one_request(provider: Seeded) -> None:
    """Core 3.1.2.1: prompts combine."""
    browser = provider.signed_in()
    browser.open(authorize("planner", prompt="login consent"))
    assert not sign_in(browser).left
    assert "code" in browser.submit(press="allow").query


def test_no_is_told_with_state_and_issuer(provider: Seeded) -> None:
    """RFC 6749 4.1.2.1 access_denied; P2."""
    browser = provider.signed_in()
    browser.open(authorize("planner"))
    landed = browser.submit(press="deny")
    assert landed.url.startswith("https://planner.example/callback?tenant=7&error=access_denied&")
    assert landed.query.keys() == {"tenant", "error", "error_description", "state", "iss"}
    assert not browser.open(authorize("planner")).left
    assert [event.client_id for event in provider.happened("ConsentDenied")] == ["planner"]


def test_offline_access_is_always_consented_to(provider: Seeded) -> None:
    """Core 11: also where consent is implied otherwise."""
    browser = provider.signed_in()
    asked = browser.open(authorize(HOME, scope="openid offline_access"))
    assert "while you are away" in asked.text
    landed = browser.submit(press="allow")
    assert provider.family(landed.query["code"]).offline
    assert not provider.family(browser.open(authorize(HOME)).query["code"]).offline


def test_the_answer_needs_our_form(provider: Seeded) -> None:
    """S3.10: CSRF token and origin."""
    browser = provider.signed_in()
    page = browser.open(authorize("planner"))
    assert browser.post(page.url, {"allow": "1"}, follow=False).status == 403
    fields = page.forms[0].fields | {"allow": "1"}
    elsewhere = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    assert browser.post(page.url, fields, follow=False, headers=elsewhere).status == 403
    assert provider.happened("ConsentGranted") == []


def test_an_empty_answer_asks_again(provider: Seeded) -> None:
    """S3.2: no step is skipped by an empty POST."""
    browser = provider.signed_in()
    page = browser.open(authorize("planner"))
    again = browser.post(page.url, page.forms[0].fields)
    assert not again.left
    assert again.status == 200
    assert provider.happened("ConsentGranted") == []


def test_both_buttons_mean_no(provider: Seeded) -> None:
    """Core 3.1.2.4: consent must be clear."""
    browser = provider.signed_in()
    page = browser.open(authorize("planner"))
    landed = browser.post(page.url, page.forms[0].fields | {"allow": "1", "deny": "1"})
    assert landed.query["error"] == "access_denied"


@pytest.mark.parametrize(
    ("seconds", "other"),
    [
        (0, {"client_name": "Tax office"}),
        (2, {"client_name": "Tax office", "scope": "openid email phone"}),
        (2, {"policy_uri": "https://elsewhere.example/privacy"}),
    ],
)
def test_an_answer_is_for_what_was_read(provider: Seeded, clock: TestClock, seconds: int, other: dict[str, str]) -> None:
    """Core 3.1.2.4, P2: a client that changes while its page stands open is asked about anew; a no counts all the same."""
    browser, house = provider.signed_in(), provider.house
    page = browser.open(authorize("planner", scope="openid email"))
    fields = page.forms[0].fields
    with house.ground.database.transaction() as db:
        found = house.parties.clients.listed(db, "planner")
        assert found is not None
        meta = found.metadata.model_copy(update=other)
        house.parties.clients.replace(db, house.ground.bus, meta, found)
    clock.advance(timedelta(seconds=seconds))
    again = browser.post(page.url, fields | {"allow": "1"})
    assert (again.left, again.status) == (False, 409)
    assert "This page has changed since you opened it" in again.text
    assert meta.client_name in again.text
    assert again.link("Privacy policy") == meta.policy_uri
    for shown in ("", fields["shown"], "0" * 64):
        assert browser.post(page.url, fields | {"allow": "1", "shown": shown}).status == 409
    assert provider.happened("ConsentGranted") == []
    assert "code" in browser.post(page.url, again.forms[0].fields | {"allow": "1"}).query
    assert len(provider.happened("ConsentGranted")) == 1


def test_a_page_that_asked_somebody_else_is_not_answered(provider: Seeded) -> None:
    """S3.2: Ana's page is open; meanwhile Ben signed in to the same browser."""
    browser = provider.signed_in()
    page = browser.open(authorize("planner"))
    browser.open(authorize(HOME, prompt="select_account"))
    browser.submit(press="another")
    sign_in(browser, "ben")
    again = browser.post(page.url, page.forms[0].fields | {"allow": "1"})
    assert (again.left, again.status) == (False, 409)
    assert "Ana Ferreira" not in again.text


def test_consent_cannot_be_given_before_signing_in(provider: Seeded) -> None:
    """S3.2: posting to a later step."""
    browser = provider.browser()
    shown = browser.open(authorize("planner"))
    token = {"csrf_token": shown.forms[0].fields["csrf_token"], "allow": "1"}
    page = browser.post(shown.url.replace("/signin/", "/consent/"), token)
    assert not page.left
    assert "Sign in" in page.text
    assert provider.happened("ConsentGranted") == []


def test_an_answer_by_one_subject_does_not_bind_the_next(provider: Seeded) -> None:
    """S3.2: an answer counts for the session that gave it."""
    browser = provider.signed_in()
    page = browser.open(authorize("planner", prompt="consent"))
    browser.submit(press="allow", follow=False)
    other = browser.open(authorize(HOME, prompt="select_account"))
    browser.submit(press="another")
    sign_in(browser, "ben")
    assert other
    resumed = browser.open(page.url.replace("/consent/", "/authorize/"))
    assert not resumed.left
    assert "/consent/" in resumed.url


def test_another_browser_cannot_answer(provider: Seeded) -> None:
    """S3.2: the server's state decides, in the browser that began."""
    page = provider.signed_in().open(authorize("planner"))
    thief = provider.signed_in(username="ben")
    assert not thief.open(page.url).left
    assert "Budget" not in thief.text()


def test_a_finished_question_is_over(provider: Seeded) -> None:
    """S3.2: no finished interaction is replayed."""
    browser = provider.signed_in()
    page = browser.open(authorize("planner"))
    browser.submit(press="allow")
    again = browser.open(page.url)
    assert not again.left
    assert "Back to" in again.text


def first_visit(provider: Seeded, username: str = "ana") -> Browser:
    browser = provider.signed_in(HOME, username)
    page = browser.open(authorize("alphera-portal", scope="openid email"))
    assert not page.left
    return browser


def test_the_first_visit_to_the_other_brand_asks_once(provider: Seeded) -> None:
    """P2: same sign-in, what is shared, allow or deny, remembered."""
    browser = first_visit(provider)
    assert "ALPHERA" in browser.text()
    assert "Stellantis Financial Services" in browser.text()
    assert "See your e-mail address" in browser.text()
    landed = browser.submit(press="allow")
    assert "code" in landed.query
    assert browser.open(authorize("alphera-portal", prompt="none")).query.keys() == {"code", "state", "iss", "session_state"}
    assert browser.open(authorize(HOME)).left


def test_the_first_brand_of_all_is_not_asked_about(provider: Seeded) -> None:
    """P2: consent implied at the first brand."""
    browser = provider.browser()
    browser.open(authorize("alphera-portal"))
    assert sign_in(browser).left


def test_the_first_visit_can_be_refused(provider: Seeded) -> None:
    """RFC 6749 4.1.2.1 access_denied."""
    browser = first_visit(provider)
    assert browser.submit(press="deny").query["error"] == "access_denied"
    assert browser.open(authorize("alphera-portal", prompt="none")).query["error"] == "consent_required"
    assert browser.open(authorize(HOME)).left


@pytest.mark.parametrize(("username", "honest"), [("ana", False), ("ben", True)])
def test_it_says_where_no_agreement_is_known(provider: Seeded, username: str, honest: bool) -> None:
    """P2: what will be shared, told in words."""
    browser = first_visit(provider, username)
    assert ("no agreement of yours" in browser.text()) is honest


def test_the_brands_cannot_match_their_customers(provider: Seeded) -> None:
    """P6: pairwise sub by sector."""
    clients, pairwise = provider.house.parties.clients, provider.house.people.pairwise
    sectors = {clients.find(one).sector for one in (HOME, "alphera-portal", "planner", "app")}  # type: ignore[union-attr]
    assert len({pairwise.sub("s_1", sector, "pairwise") for sector in sectors}) == 3
