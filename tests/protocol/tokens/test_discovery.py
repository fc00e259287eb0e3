"""Discovery, the key set, and rotation as relying parties see it (P1)."""

import base64
import json
from datetime import timedelta

import pytest

from tests.drivers.provider import ISSUER
from tests.protocol.tokens.provider import Issuer

# Every name of OpenID Connect Discovery 3, RFC 8414 2, RFC 9207 3, RFC 9701 7, RFC 9101 10.5, Back-Channel Logout 2.1,
# RP-Initiated Logout 2.1, Front-Channel Logout 3, Session Management 3.3 and Prompt Create 4.1 that the document may hold.
KNOWN = {
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "introspection_endpoint",
    "revocation_endpoint",
    "end_session_endpoint",
    "pushed_authorization_request_endpoint",
    "require_pushed_authorization_requests",
    "dpop_signing_alg_values_supported",
    "registration_endpoint",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "code_challenge_methods_supported",
    "prompt_values_supported",
    "scopes_supported",
    "claims_supported",
    "claim_types_supported",
    "claims_parameter_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_request_uri_registration",
    "require_signed_request_object",
    "request_object_signing_alg_values_supported",
    "acr_values_supported",
    "ui_locales_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported",
    "introspection_signing_alg_values_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported",
    "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported",
    "authorization_response_iss_parameter_supported",
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
    "frontchannel_logout_supported",
    "frontchannel_logout_session_supported",
    "check_session_iframe",
}
# What the lists hold, spelled out here once more: built from the tables, the document alone would vouch for itself.
LISTS = {
    "response_types_supported": "code",
    "response_modes_supported": "query fragment form_post",
    "grant_types_supported": "authorization_code refresh_token client_credentials",
    "code_challenge_methods_supported": "S256",
    "prompt_values_supported": "consent create login none select_account",
    "scopes_supported": "openid profile email address phone accounts offline_access",
    "claims_supported": (
        "acr address amr at_hash aud auth_time birthdate email email_verified exp family_name gender given_name iat iss locale "
        "middle_name name nickname nonce phone_number phone_number_verified picture preferred_username profile recovered_at "
        "sid sub updated_at website zoneinfo"
    ),
    "claim_types_supported": "normal",
    "acr_values_supported": "pwd 2sv mfa phr",
    "ui_locales_supported": "en fr de it es",
    "subject_types_supported": "pairwise public",
    "id_token_signing_alg_values_supported": "RS256 PS256 ES256 EdDSA",
    "userinfo_signing_alg_values_supported": "RS256 PS256 ES256 EdDSA",
    "introspection_signing_alg_values_supported": "RS256 PS256 ES256 EdDSA",
    "request_object_signing_alg_values_supported": "RS256 PS256 ES256 EdDSA",
    "dpop_signing_alg_values_supported": "ES256 EdDSA PS256",
    "token_endpoint_auth_methods_supported": "private_key_jwt client_secret_basic client_secret_post none",
    "revocation_endpoint_auth_methods_supported": "private_key_jwt client_secret_basic client_secret_post none",
    "introspection_endpoint_auth_methods_supported": "private_key_jwt client_secret_basic client_secret_post",
    "token_endpoint_auth_signing_alg_values_supported": "RS256 PS256 ES256 EdDSA",
    "revocation_endpoint_auth_signing_alg_values_supported": "RS256 PS256 ES256 EdDSA",
    "introspection_endpoint_auth_signing_alg_values_supported": "RS256 PS256 ES256 EdDSA",
}


def test_one_document_at_two_addresses(issuer: Issuer) -> None:
    """Discovery 4.1, RFC 8414 3; CORS for everybody, without credentials; cacheable."""
    first = issuer.call("GET", "/.well-known/openid-configuration")
    second = issuer.call("GET", "/.well-known/oauth-authorization-server")
    assert first.text == second.text
    assert first.body.keys() == KNOWN
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in first.headers
    assert "Set-Cookie" not in first.headers
    assert "max-age" in first.headers["Cache-Control"]


def test_it_says_what_is_so(issuer: Issuer) -> None:
    """P1: built from the tables; what is false is said too."""
    found = issuer.call("GET", "/.well-known/openid-configuration").body
    assert found["issuer"] == ISSUER
    assert all(value.startswith(f"{ISSUER}/") for name, value in found.items() if name.endswith(("_endpoint", "_uri")))
    assert (found["request_parameter_supported"], found["request_uri_parameter_supported"]) == (True, True)
    assert (found["require_request_uri_registration"], found["require_signed_request_object"]) == (True, False)
    assert (found["claims_parameter_supported"], found["authorization_response_iss_parameter_supported"]) == (True, True)
    assert {name: " ".join(value) for name, value in found.items() if isinstance(value, list)} == LISTS
    assert not any("none" in value for name, value in found.items() if "alg_values" in name)


def test_every_address_in_it_answers(issuer: Issuer) -> None:
    """P1: it cannot lie."""
    found = issuer.call("GET", "/.well-known/openid-configuration").body
    for name, url in found.items():
        if name.endswith(("_endpoint", "_uri")):
            assert issuer.call("OPTIONS", url.removeprefix(ISSUER)).status in (204, 405), name


def test_another_host_is_not_believed(issuer: Issuer) -> None:
    """S3.6: every URL is built from the configured issuer."""
    answer = issuer.call("GET", "/.well-known/openid-configuration", headers={"Host": "evil.example"})
    assert answer.status == 400


def test_the_key_set_is_public_and_complete(issuer: Issuer) -> None:
    """RFC 7517, P1: RS256, PS256, ES256 and Ed25519, distinct kids, no private part, cacheable."""
    answer = issuer.call("GET", "/jwks")
    keys = answer["keys"]
    assert sorted(key["alg"] for key in keys) == ["ES256", "EdDSA", "PS256", "RS256"]
    assert len({key["kid"] for key in keys}) == 4
    assert all(key["use"] == "sig" for key in keys)
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & {name for key in keys for name in key}
    etag = answer.headers["ETag"]
    assert "max-age" in answer.headers["Cache-Control"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    again = issuer.call("GET", "/jwks", headers={"If-None-Match": etag})
    assert (again.status, again.text, again.headers["ETag"]) == (304, "", etag)


def test_rotation_is_published_before_it_signs_and_old_tokens_stay_good(issuer: Issuer) -> None:
    """P1: next key published first; retired ones stay until what they signed has expired."""
    before = {key["kid"] for key in issuer.call("GET", "/jwks")["keys"]}
    old = issuer.redeem(issuer.code())
    rotate(issuer)
    issuer.clock.advance(timedelta(seconds=6))
    during = {key["kid"] for key in issuer.call("GET", "/jwks")["keys"]}
    assert before < during
    assert len(during) == 8
    middle = issuer.redeem(issuer.code())
    assert kid(middle["access_token"]) == kid(old["access_token"])
    issuer.clock.advance(timedelta(minutes=5))
    assert issuer.userinfo(old["access_token"]).status == 200
    issuer.clock.advance(timedelta(hours=1))
    issuer.sign_in(browser="later")
    new = issuer.redeem(issuer.code())
    assert kid(new["access_token"]) not in before
    assert kid(new["id_token"]) not in before
    issuer.clock.advance(timedelta(days=30))
    assert {key["kid"] for key in issuer.call("GET", "/jwks")["keys"]} == during
    issuer.clock.advance(timedelta(days=1))
    after = {key["kid"] for key in issuer.call("GET", "/jwks")["keys"]}
    assert after == during - before


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks"])
def test_documents_are_for_reading(issuer: Issuer, path: str) -> None:
    """RFC 9110: HEAD like GET, nothing else."""
    assert issuer.call("HEAD", path).status == 200
    assert issuer.call("POST", path).status == 405


def rotate(issuer: Issuer) -> list[str]:
    ground = issuer.house.ground
    with ground.database.transaction() as db:
        return issuer.house.protocol.keys.rotate(db, ground.bus, issuer.clock.now())


def kid(token: str) -> str:
    return str(json.loads(base64.urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "=="))["kid"])
