from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from idp.oidc.authorization.decision import AskConsent, Decision, Issue, Known, Refuse, SignIn, decide
from idp.sessions.context import Context
from idp.sessions.session import Session
from idp.signin.needs import Enrol, Need, Nothing, Step, Unmet
from tests.builders import BEGINNING
from tests.unit.oidc.requests import asked

NOW = BEGINNING + timedelta(minutes=5)
SCOPES = frozenset({"openid", "email"})


CONTEXT = Context("pwd", ("pwd",), BEGINNING, ("password",))
DONE = Nothing(CONTEXT, nudge=False)
MORE = Step(("totp",), verified=False)


def a_session() -> Session:
    """Signed in by password five minutes ago."""
    return Session("e_1", "s_1", CONTEXT, "stellantis", False, "b", BEGINNING, BEGINNING, NOW + timedelta(hours=1))


def known(**changes: Any) -> Known:
    """Somebody who has consented to everything before."""
    plain = Known(a_session(), "sub-1", SCOPES, False, False, False, False, DONE)
    return replace(plain, **changes)


def decided(who: Known | None, *, first_party: bool = False, **parameters: str) -> Decision:
    wish = asked(scope="openid email", **parameters)
    return decide(wish, first_party, who)


def refusal(decision: Decision) -> str:
    assert isinstance(decision, Refuse)
    return decision.error.code


def test_a_running_session_that_will_do_gets_its_code() -> None:
    """Core 3.1.2.3."""
    assert decided(known()) == Issue(a_session(), CONTEXT)
    assert decided(known(), prompt="none") == Issue(a_session(), CONTEXT)


def test_nobody_is_signed_in() -> None:
    """Core 3.1.2.6 login_required."""
    assert decided(None) == SignIn()
    assert refusal(decided(None, prompt="none")) == "login_required"


SILENTLY = [
    (MORE, "login_required"),
    (Enrol(("totp",), recovered=False), "interaction_required"),
    (Unmet(), "interaction_required"),
]


@pytest.mark.parametrize(("need", "code"), SILENTLY)
def test_what_the_gate_still_needs_is_asked_for(need: Need, code: str) -> None:
    """Core 3.1.2.1, 3.1.2.6: prompt=none shows no page, whatever is missing, and says what the page would be for."""
    assert decided(known(need=need)) == SignIn()
    assert refusal(decided(known(need=need), prompt="none")) == code


@pytest.mark.parametrize("who", [None, known(need=MORE)])
def test_not_now_is_told_to_the_client(who: Known | None) -> None:
    """Unmet Authentication Requirements 1.0."""
    assert refusal(decide(asked(scope="openid email"), False, who, declined=True)) == "unmet_authentication_requirements"


def test_not_now_to_more_than_is_needed_changes_nothing() -> None:
    """Core 3.1.2.1 acr_values: a preference, not a condition."""
    assert decide(asked(scope="openid email"), False, known(), declined=True) == Issue(a_session(), CONTEXT)


def test_the_account_is_chosen_once() -> None:
    """Core 3.1.2.1 prompt=select_account."""
    assert decided(known(), prompt="select_account") == SignIn()
    assert decided(known(selected=True), prompt="select_account") == Issue(a_session(), CONTEXT)


def test_another_subject_than_the_one_asked_for() -> None:
    """Core 3.1.2.1 id_token_hint, 5.5.1 sub: a negative answer."""
    claim = '{"id_token": {"sub": {"value": "sub-2"}}}'
    assert refusal(decided(known(), claims=claim)) == "login_required"
    assert refusal(decided(known(), claims=claim, prompt="none")) == "login_required"
    assert decided(known(), claims=claim.replace("sub-2", "sub-1")) == Issue(a_session(), CONTEXT)
    either = '{"id_token": {"sub": {"values": ["sub-2", "sub-1"]}}}'
    assert decided(known(), claims=either) == Issue(a_session(), CONTEXT)
    assert refusal(decided(known(sub="sub-3"), claims=either)) == "login_required"
    assert decided(None, claims=claim) == SignIn()


def test_a_level_that_is_essential_and_beyond_us() -> None:
    """Core 5.5.1.1: treated as a failed authentication."""
    claims = '{"id_token": {"acr": {"essential": true, "value": "phr"}}}'
    for who in (None, known()):
        assert refusal(decided(who, claims=claims)) == "unmet_authentication_requirements"


def test_consent_is_remembered_and_growth_asks_again() -> None:
    """Core 3.1.2.4."""
    assert decided(known(granted=frozenset())) == AskConsent(a_session(), False)
    assert decided(known(granted=frozenset({"openid"}))) == AskConsent(a_session(), False)
    assert refusal(decided(known(granted=frozenset()), prompt="none")) == "consent_required"


def test_prompt_consent_asks_each_time_and_once() -> None:
    """Core 3.1.2.1 prompt=consent."""
    assert decided(known(), prompt="consent") == AskConsent(a_session(), False)
    assert decided(known(allowed=True), prompt="consent") == Issue(a_session(), CONTEXT)
    assert decided(known(), prompt="consent", first_party=True) == AskConsent(a_session(), False)


def test_no_is_an_answer() -> None:
    """RFC 6749 4.1.2.1 access_denied."""
    assert refusal(decided(known(denied=True, granted=frozenset()))) == "access_denied"


def test_implied_consent_and_its_bounds() -> None:
    """P2 consent: implied; Core 11: offline access is always consented to; first visit to another brand asks once."""
    nothing = known(granted=frozenset())
    assert decided(nothing, first_party=True) == Issue(a_session(), CONTEXT)
    assert decided(known(granted=frozenset(), first_visit=True), first_party=True) == AskConsent(a_session(), True)
    assert refusal(decided(known(first_visit=True), first_party=True, prompt="none")) == "consent_required"
    wish = asked(scope="openid offline_access")
    assert decide(wish, True, nothing) == AskConsent(a_session(), False)
