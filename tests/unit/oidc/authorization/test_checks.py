from dataclasses import replace

import pytest

from idp.clients.profiles import BASELINE, FAPI2
from idp.core.errors import OAuthError
from idp.oidc.authorization.checks import CHECKS, check, pkce_is_s256
from tests.unit.oidc.requests import CHALLENGE, a_client, matched

PUBLIC = {"token_endpoint_auth_method": "none"}
RELAXED = {"require_pkce": False}


def test_the_order_is_the_documentation() -> None:
    assert [one.__name__ for one in CHECKS] == [
        "nothing_is_repeated",
        "nothing_is_too_long",
        "nobody_registers_here",
        "comes_as_it_must",
        "response_type_is_offered",
        "client_may_ask",
        "response_mode_is_offered",
        "tokens_may_come_this_way",
        "redirect_uri_is_named",
        "pkce_is_s256",
        "dpop_jkt_is_a_thumbprint",
        "scope_is_allowed",
        "prompt_is_consistent",
        "max_age_is_a_number",
        "claims_can_be_read",
        "resource_is_theirs",
    ]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("invalid_request", {"state": ["a", "b"]}),  # RFC 6749 3.1
        ("invalid_request", {"unknown": ["a", "b"]}),  # RFC 6749 3.1: whatever it is
        ("invalid_request", {"state": "s" * 2049}),
        ("invalid_request", {"nonce": "n" * 513}),
        ("registration_not_supported", {"registration": "{}"}),  # Core 7.2.1
        ("invalid_request", {"response_type": None}),  # RFC 6749 4.1.2.1
        ("unsupported_response_type", {"response_type": "token"}),
        ("unsupported_response_type", {"response_type": "code id_token"}),
        ("unsupported_response_type", {"response_type": "none"}),
        ("invalid_request", {"response_mode": "carrier_pigeon"}),
        ("invalid_request", {"code_challenge": None}),  # RFC 7636 4.4.1
        ("invalid_request", {"code_challenge_method": None}),  # missing is plain
        ("invalid_request", {"code_challenge_method": "plain"}),
        ("invalid_request", {"code_challenge": None, "code_challenge_method": None}),
        ("invalid_request", {"code_challenge": CHALLENGE + "="}),
        ("invalid_request", {"code_challenge": CHALLENGE[:-1]}),
        ("invalid_request", {"code_challenge": CHALLENGE[:-1] + "+"}),
        ("invalid_scope", {"scope": None}),  # RFC 6749 3.3
        ("invalid_scope", {"scope": 'openid "'}),
        ("invalid_scope", {"scope": "openid\tprofile"}),
        ("invalid_scope", {"scope": "nobody:knows"}),
        ("invalid_request", {"prompt": "none login"}),  # Core 3.1.2.1
        ("invalid_request", {"prompt": "perhaps"}),
        ("invalid_request", {"max_age": "-1"}),
        ("invalid_request", {"max_age": "1e3"}),
        ("invalid_request", {"max_age": "1_000"}),
        ("invalid_request", {"max_age": "٣"}),
        ("invalid_request", {"max_age": "9" * 21}),
        ("invalid_request", {"claims": "{"}),  # Core 5.5
        ("invalid_target", {"resource": "https://other.example/api"}),  # RFC 8707 2
        ("invalid_target", {"resource": ["https://api.example/accounts", "https://other.example/api"]}),
        ("invalid_target", {"resource": "not an address"}),
    ],
)
def test_what_is_refused_and_how(code: str, changes: dict[str, str | list[str] | None]) -> None:
    with pytest.raises(OAuthError) as refused:
        check(matched(**changes), BASELINE)
    assert refused.value.code == code
    # RFC 6749 4.1.2.1: printable ASCII without quote and backslash.
    assert refused.value.public
    assert all(32 <= ord(c) < 127 and c not in '"\\' for c in refused.value.public)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"response_mode": "form_post"},
        {"state": "s" * 2048, "nonce": "n" * 512},
        {"nonce": None, "state": None},
        {"prompt": "login consent select_account"},
        {"prompt": "none none"},
        {"max_age": "0"},
        {"max_age": "9" * 20},
        {"scope": "openid unheard:of"},  # Core 3.1.2.1: scopes not understood are ignored
        {"resource": ["https://api.example/accounts", "https://api.example/accounts"]},
        {"ui_locales": "xx-invalid !", "display": "hologram", "claims_locales": "?", "login_hint": "x" * 999},
        {"acr_values": "urn:nobody:knows"},
        {"unheard": "of"},
    ],
)
def test_what_passes(changes: dict[str, str | list[str] | None]) -> None:
    check(matched(**changes), BASELINE)


def test_a_scope_beyond_registration_is_refused() -> None:
    """RFC 6749 3.3."""
    with pytest.raises(OAuthError, match="invalid_scope"):
        check(matched(a_client(scope="openid"), scope="openid email"), BASELINE)


def test_a_client_without_the_grant_is_refused() -> None:
    """RFC 6749 4.1.2.1 unauthorized_client."""
    client = a_client(grant_types=("client_credentials",))
    with pytest.raises(OAuthError, match="unauthorized_client"):
        check(matched(client), BASELINE)


def test_only_a_confidential_client_may_be_excused_from_pkce() -> None:
    """RFC 9700 2.1.1; P2: a challenge that is sent is enforced all the same."""
    nothing = {"code_challenge": None, "code_challenge_method": None, "nonce": None}
    check(matched(a_client(**RELAXED), **nothing), BASELINE)
    with pytest.raises(OAuthError, match="invalid_request"):
        # Nobody can be registered so; the check does not lean on that.
        check(matched(replace(a_client(**PUBLIC), require_pkce=False), **nothing), BASELINE)
    with pytest.raises(OAuthError, match="invalid_request"):
        pkce_is_s256(matched(a_client(**RELAXED), **nothing), FAPI2)
    with pytest.raises(OAuthError, match="invalid_request"):
        check(matched(a_client(**RELAXED), code_challenge_method="plain"), BASELINE)
