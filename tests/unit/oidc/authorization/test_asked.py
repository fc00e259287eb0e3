from datetime import timedelta

import pytest

from idp.sessions.context import ACR_ORDER
from tests.unit.oidc.requests import a_client, asked

ESSENTIAL_MFA = '{"id_token": {"acr": {"essential": true, "values": ["mfa"]}}}'


def test_scopes_keep_their_order_and_lose_what_is_unknown() -> None:
    """RFC 6749 3.3, Core 3.1.2.1."""
    assert asked(scope="openid email unheard:of profile email").scopes == ("openid", "email", "profile")


def test_offline_access_needs_a_refresh_token_to_come_of_it() -> None:
    """Core 11: ignored otherwise."""
    assert asked(scope="openid offline_access").offline
    assert not asked(a_client(grant_types=("authorization_code",)), scope="openid offline_access").offline


@pytest.mark.parametrize(
    ("changes", "max_age", "fresh"),
    [
        ({}, None, False),
        ({"max_age": "60"}, timedelta(seconds=60), False),
        ({"max_age": "0"}, None, True),  # Core 3.1.2.1: like prompt=login
        ({"prompt": "login"}, None, True),
        ({"max_age": "9" * 20}, timedelta(seconds=10**9), False),
    ],
)
def test_what_is_required_of_the_session(changes: dict[str, str], max_age: timedelta | None, fresh: bool) -> None:
    """Core 3.1.2.1 prompt and max_age."""
    requirement = asked(**changes).requirement
    assert requirement.max_age == max_age
    assert requirement.renewed == fresh


def test_the_registered_default_holds_where_nothing_is_sent() -> None:
    """Registration 2 default_max_age: overridden by the parameter."""
    client = a_client(default_max_age=300)
    assert asked(client).max_age == timedelta(seconds=300)
    assert asked(client, max_age="10").max_age == timedelta(seconds=10)


def test_levels_that_cannot_be_reached_are_dropped_unless_essential() -> None:
    """Core 3.1.2.1 acr_values are voluntary; 5.5.1.1 an essential acr is not."""
    assert asked(acr_values="phr mfa").acr_values == ()
    assert asked(acr_values="mfa pwd").acr_values == ("pwd",)
    assert not asked(acr_values="mfa").unmet
    assert asked(claims=ESSENTIAL_MFA).unmet
    assert not asked(claims=ESSENTIAL_MFA.replace("mfa", "pwd")).unmet
    assert not asked(claims='{"id_token": {"acr": {"essential": true}}}').unmet


def test_levels_keep_the_order_they_are_wanted_in_unless_no_page_is_shown() -> None:
    """Core 3.1.2.1 acr_values, 5.5.1 values: in order of preference; prompt=none takes any."""
    assert asked(attainable=ACR_ORDER, acr_values="phr pwd mfa").requirement.acr_values == ("phr", "pwd", "mfa")
    assert asked(attainable=ACR_ORDER, acr_values="phr pwd mfa", prompt="none").requirement.acr_values == ("pwd",)
    claim = '{"id_token": {"acr": {"essential": true, "values": ["phr", "mfa"]}}}'
    assert asked(attainable=ACR_ORDER, claims=claim).requirement.acr_values == ("phr", "mfa")


def test_a_subject_can_be_asked_for_by_claim_or_by_hint() -> None:
    """Core 5.5.1 sub with a value, 3.1.2.1 id_token_hint."""
    wanted = '{"id_token": {"sub": %s}}'
    assert asked(claims=wanted % '{"value": "248289761001"}').subs == {"248289761001"}
    assert asked(claims=wanted % '{"values": ["one", "two", 3]}').subs == {"one", "two"}
    assert asked(claims=wanted % '{"value": 248289761001}').subs == frozenset()
    assert asked(hinted="hinted").subs == {"hinted"}
    assert asked(hinted="two", claims=wanted % '{"values": ["one", "two"]}').subs == {"two"}
    assert asked(hinted="hinted", claims=wanted % '{"value": "another"}').subs == frozenset()
    for anybody in (None, wanted % "null", wanted % '{"essential": true, "value": null}'):
        assert asked(claims=anybody).subs is None


def test_the_claims_parameter_is_no_way_around_scopes() -> None:
    """P2: what it would reveal is consented to like the scope, and a client gets only claims of its scopes."""
    wants = '{"userinfo": {"email": null, "phone_number": null, "acr": null}}'
    assert asked(scope="openid", claims=wants).consent_scopes == {"openid", "email", "phone"}
    narrow = asked(a_client(scope="openid email"), scope="openid", claims=wants)
    assert narrow.consent_scopes == {"openid", "email"}
    assert narrow.claims.names() == {"email", "acr"}
