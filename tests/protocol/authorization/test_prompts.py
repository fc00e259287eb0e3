"""prompt, max_age, acr_values, claims, hints: what the session must be before a code goes out (Core 3.1.2.1)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.drivers.provider import ISSUER
from tests.protocol.authorization.provider import Seeded, authorize, sign_in

ESSENTIAL = '{"id_token": {"acr": {"essential": true, "values": ["%s"]}}}'


def auth_time(provider: Seeded, query: dict[str, str]) -> Any:
    return provider.family(query["code"]).auth_time


def test_login_asks_again_and_auth_time_grows(provider: Seeded) -> None:
    """Core 3.1.2.1 prompt=login."""
    browser = provider.signed_in()
    before = auth_time(provider, browser.open(authorize()).query)
    shown = browser.open(authorize(prompt="login"))
    assert not shown.left
    assert "Confirm it" in shown.text
    landed = sign_in(browser)
    assert auth_time(provider, landed.query) > before


def test_login_asks_again_after_back_and_replay(provider: Seeded) -> None:
    """P2: asks for credentials again even after back or replay."""
    browser = provider.signed_in()
    url = authorize(prompt="login")
    shown = browser.open(url)
    resume = shown.url.replace("/signin/", "/authorize/")
    assert not browser.open(resume).left
    assert not browser.open(url).left
    browser.page = shown
    assert sign_in(browser).left
    provider.clock.advance(timedelta(seconds=1))
    assert not browser.open(resume).left
    assert not browser.open(url).left


def test_a_sign_in_in_another_tab_does_not_answer_an_older_prompt(provider: Seeded) -> None:
    """P2: the proof must be later than the request."""
    browser = provider.signed_in()
    provider.clock.advance(timedelta(minutes=1))
    second = browser.open(authorize(prompt="login"))
    provider.clock.advance(timedelta(minutes=1))
    assert not browser.open(second.url.replace("/signin/", "/authorize/")).left


def test_max_age_zero_means_now(provider: Seeded) -> None:
    """Core 3.1.2.1 max_age."""
    browser = provider.signed_in()
    assert not browser.open(authorize(max_age="0")).left
    assert sign_in(browser).left


def test_max_age_counts_from_the_proof(provider: Seeded) -> None:
    """Core 3.1.2.1 max_age: auth_time is in the code, whatever was asked."""
    browser = provider.signed_in()
    provider.clock.advance(timedelta(seconds=50))
    assert browser.open(authorize(max_age="60")).left
    assert not browser.open(authorize(max_age="59")).left
    assert browser.open(authorize(max_age="59", prompt="none")).query["error"] == "login_required"
    assert browser.open(authorize(max_age="99999999999999999999")).left


def test_none_shows_nothing_and_sets_nothing(provider: Seeded) -> None:
    """Core 3.1.2.1 prompt=none: no page, no cookie change."""
    stranger = provider.browser().open(authorize(prompt="none"), follow=False)
    assert stranger.status == 303
    assert "Set-Cookie" not in stranger.headers
    known = provider.signed_in().open(authorize(prompt="none"), follow=False)
    assert "code=" in known.headers["Location"]
    assert "Set-Cookie" not in known.headers


def test_none_after_the_session_went_idle(provider: Seeded) -> None:
    """S1 session idle."""
    browser = provider.signed_in()
    provider.clock.advance(timedelta(minutes=16))
    assert browser.open(authorize(prompt="none")).query["error"] == "login_required"


def test_the_account_is_chosen_and_then_used(provider: Seeded) -> None:
    """Core 3.1.2.1 prompt=select_account."""
    browser = provider.signed_in()
    shown = browser.open(authorize(prompt="select_account"))
    assert not shown.left
    assert browser.submit(press="continue").left


def test_another_account_can_be_chosen(provider: Seeded) -> None:
    """Core 3.1.2.1 prompt=select_account; P2: the running session of the other subject ends."""
    browser = provider.signed_in()
    first = provider.family(browser.open(authorize()).query["code"]).subject_id
    browser.open(authorize(prompt="select_account"))
    browser.submit(press="another")
    landed = sign_in(browser, "ben")
    assert provider.family(landed.query["code"]).subject_id != first


def test_select_account_without_a_session_is_a_sign_in(provider: Seeded) -> None:
    """Core 3.1.2.1 prompt=select_account."""
    browser = provider.browser()
    browser.open(authorize(prompt="select_account"))
    assert sign_in(browser).left


def test_levels_beyond_us_are_asked_for_in_vain_but_told_truly(provider: Seeded) -> None:
    """Core 3.1.2.1 acr_values: `acr` tells what was reached."""
    browser = provider.signed_in()
    landed = browser.open(authorize(acr_values="urn:example:gold", prompt="none"))
    assert provider.family(landed.query["code"]).acr == "pwd"


def test_an_essential_level_beyond_us_fails(provider: Seeded) -> None:
    """Core 5.5.1.1: failed authentication, told by the code of OpenID Connect Core Unmet Authentication Requirements 1.0."""
    assert provider.browser().open(authorize(claims=ESSENTIAL % "gold")).query["error"] == "unmet_authentication_requirements"
    assert provider.signed_in().open(authorize(claims=ESSENTIAL % "pwd")).left


def test_a_hint_about_the_one_who_is_here(provider: Seeded) -> None:
    """Core 3.1.2.1 id_token_hint: expired is fine; P1: so is one whose key has retired since."""
    hint, ground = provider.id_token(), provider.house.ground
    assert "code" in provider.signed_in().open(authorize(prompt="none", id_token_hint=hint)).query
    with ground.database.transaction() as db:
        provider.house.protocol.keys.rotate(db, ground.bus, provider.clock.now())
    provider.clock.advance(timedelta(hours=2))
    assert provider.id_token().split(".")[0] != hint.split(".")[0]
    assert "code" in provider.signed_in().open(authorize(prompt="none", id_token_hint=hint)).query


def test_a_hint_about_somebody_else_is_refused(provider: Seeded) -> None:
    """Core 3.1.2.1 id_token_hint: login_required, before and after a sign-in."""
    hint = provider.id_token(username="ben")
    for prompt in ("none", None):
        landed = provider.signed_in().open(authorize(prompt=prompt, id_token_hint=hint))
        assert landed.query["error"] == "login_required"
    browser = provider.browser()
    browser.open(authorize(id_token_hint=hint))
    assert sign_in(browser).query["error"] == "login_required"


def test_a_forged_or_foreign_hint_is_refused(provider: Seeded) -> None:
    """P2: forged; issued to another client; another kind of token of ours; another issuer."""
    good = provider.id_token()
    head, body, signature = good.split(".")
    forged = f"{head}.{body}.{'A' * len(signature)}"
    unsigned = f"eyJhbGciOiJub25lIn0.{body}."
    told = provider.house.protocol.keys.signer("RS256").sign({"iss": ISSUER, "aud": "stellantis-portal", "sub": "s"}, "JWT")
    others = (
        told,
        provider.id_token("alphera-portal"),
        provider.id_token(typ="at+jwt"),
        provider.id_token(typ="logout+jwt"),
        provider.id_token(iss="https://evil.test"),
        provider.id_token(aud=["stellantis-portal"]),
        provider.id_token(sub=7),
    )
    browser = provider.signed_in()
    for hint in (forged, unsigned, "x", "a.b.c", "é" * 50, *others):
        assert browser.open(authorize(id_token_hint=hint)).query["error"] == "invalid_request", hint


def test_a_subject_asked_for_by_claim(provider: Seeded) -> None:
    """Core 5.5.1 sub: only that subject gets a positive answer."""
    browser = provider.signed_in()
    wanted = '{"id_token": {"sub": {"essential": true, "value": "%s"}}}'
    assert browser.open(authorize(claims=wanted % "somebody")).query["error"] == "login_required"


@pytest.mark.parametrize("hint", ["ben@example.test", '"><script>alert(1)</script>', "x" * 2000, "\u202eevil"])
def test_a_login_hint_fills_a_field_and_nothing_else(provider: Seeded, hint: str) -> None:
    """P2: honoured or ignored, never an error, never reflected outside a form field."""
    page = provider.browser().open(authorize(login_hint=hint))
    assert page.status == 200
    assert "<script>alert" not in page.body
    assert hint not in page.text
    assert page.forms[0].fields["username"] in (hint, "")


def test_hints_about_looks_are_never_an_error(provider: Seeded) -> None:
    """P2: ui_locales, claims_locales, display."""
    odd = authorize(ui_locales="xx !! de-DE", claims_locales="\\", display="hologram", nobody="knows")
    assert provider.browser().open(odd).status == 200


def test_claims_that_were_asked_for_are_kept_with_the_code(provider: Seeded) -> None:
    """Core 5.5."""
    wants = '{"userinfo": {"email": {"essential": true}, "unheard_of": null}, "id_token": {"auth_time": null}}'
    landed = provider.signed_in().open(authorize(claims=wants))
    assert provider.family(landed.query["code"]).claims == {
        "userinfo": {"email": {"essential": True}},
        "id_token": {"auth_time": None},
    }


def test_an_audience_is_kept_with_the_code(provider: Seeded) -> None:
    """RFC 8707 2.1."""
    browser = provider.signed_in()
    landed = browser.open(authorize(resource="http://localhost:9001/api"))
    assert provider.family(landed.query["code"]).resource == "http://localhost:9001/api"
    twice = authorize(resource=["http://localhost:9001/api", "http://localhost:9002/api"])
    assert browser.open(twice).query["error"] == "invalid_target"


def test_a_subject_who_was_disabled_is_nobody(provider: Seeded) -> None:
    """S3.3: every path to a code passes the same gate."""
    browser = provider.signed_in()
    ground, people = provider.house.ground, provider.house.people
    with ground.database.transaction() as db:
        ana = people.subjects.find(db, "ana")
        assert ana is not None
        people.subjects.disable(db, ground.bus, ana.id, provider.clock.now())
    assert browser.open(authorize(prompt="none")).query["error"] == "login_required"


def test_create_leads_to_where_online_access_begins(provider: Seeded) -> None:
    """Initiating User Registration 1.0, 4: prompt=create."""
    browser = provider.browser()
    assert "Activate online access" in browser.open(authorize(prompt="create")).text
    assert "Sign in to" in browser.submit(press="instead").text
    assert sign_in(browser).left


def test_create_goes_with_no_silence(provider: Seeded) -> None:
    """Initiating User Registration 1.0, 4; Core 3.1.2.1: none goes with nothing else."""
    assert provider.browser().open(authorize(prompt="create none")).query["error"] == "invalid_request"
