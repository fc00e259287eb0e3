"""The authorization code grant at the token endpoint (P4)."""

import base64
from datetime import timedelta

import pytest

from idp.oidc.tokens.model import families
from tests.protocol.tokens.provider import API, CHALLENGE, VERIFIER, Issuer, signed


def test_a_code_earns_tokens(issuer: Issuer) -> None:
    """RFC 6749 5.1, Core 3.1.3.3: every member, no-store."""
    answer = issuer.redeem(issuer.code())
    assert answer.status == 200
    assert answer.body.keys() == {"access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token"}
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 600, "openid profile email")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/json"


def test_a_code_is_good_once_and_a_replay_fells_the_family(issuer: Issuer) -> None:
    """RFC 6749 4.1.2: all tokens of a replayed code are revoked, userinfo included."""
    code = issuer.code()
    first = issuer.redeem(code)
    assert issuer.userinfo(first["access_token"]).status == 200
    again = issuer.redeem(code)
    assert (again.status, again.error) == (400, "invalid_grant")
    assert issuer.userinfo(first["access_token"]).status == 401
    assert issuer.refresh(first["refresh_token"]).error == "invalid_grant"
    assert [event.reason for event in issuer.happened("CodeReplayed")] == ["replay"]
    assert [event.reason for event in issuer.happened("FamilyRevoked")] == ["code_replayed"]


def test_a_code_lives_for_a_minute(issuer: Issuer) -> None:
    """RFC 6749 4.1.2, S1: 60 s; P4: 32 random bytes."""
    early, late = issuer.code(), issuer.code()
    assert [len(base64.urlsafe_b64decode(f"{code}=")) for code in (early, late)] == [32, 32]
    issuer.clock.advance(timedelta(seconds=59))
    assert issuer.redeem(early).status == 200
    issuer.clock.advance(timedelta(seconds=1))
    assert issuer.redeem(late).error == "invalid_grant"


def test_another_client_spends_nothing(issuer: Issuer) -> None:
    """RFC 6749 4.1.2: the code is bound to its client; another's try does not take it from the owner (P4)."""
    code = issuer.code()
    assert issuer.redeem(code, "other", redirect_uri="https://basic.example/cb").error == "invalid_grant"
    assert issuer.redeem(code).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uri": "https://basic.example/cb/"},
        {"redirect_uri": None},
        {"code_verifier": VERIFIER[:-1] + "x"},
        {"code_verifier": None},
        {"code_verifier": CHALLENGE},
        {"code_verifier": "short"},
        {"code_verifier": VERIFIER + "ü"},
    ],
)
def test_the_wrong_other_half_burns_the_code(issuer: Issuer, wrong: dict[str, str | None]) -> None:
    """RFC 6749 4.1.3, RFC 7636 4.6: invalid_grant, also where the verifier is missing, and no second guess (P4)."""
    code = issuer.code()
    assert issuer.redeem(code, **wrong).error == "invalid_grant"
    assert issuer.redeem(code).error == "invalid_grant"


def test_a_verifier_without_a_challenge_is_refused(issuer: Issuer) -> None:
    """RFC 9700 4.8.2: the challenge may have been stripped on the way."""
    code = issuer.code("relaxed", code_challenge=None)
    assert issuer.redeem(code, "relaxed").error == "invalid_grant"
    code = issuer.code("relaxed", code_challenge=None)
    assert issuer.redeem(code, "relaxed", code_verifier=None).status == 200


def test_a_challenge_that_was_sent_is_enforced_of_exempt_clients_too(issuer: Issuer) -> None:
    """P2: a challenge sent is always enforced."""
    assert issuer.redeem(issuer.code("relaxed"), "relaxed", code_verifier=None).error == "invalid_grant"


def test_redirect_uri_may_be_left_out_only_as_it_was(issuer: Issuer) -> None:
    """RFC 6749 4.1.3: required if it was in the authorization request."""
    for given, status in ((None, 200), ("https://basic.example/cb", 200), ("https://elsewhere.example/", 400)):
        code = issuer.code(redirect_uri_given=False, scope="email")
        assert issuer.redeem(code, redirect_uri=given).status == status


@pytest.mark.parametrize("code", ["x", "x" * 4000, "ü\u0100", "' OR 1=1 --"])
def test_garbage_is_an_unknown_code(issuer: Issuer, code: str) -> None:
    """RFC 6749 5.2 invalid_grant; P12 no 5xx."""
    assert issuer.redeem(code).error == "invalid_grant"


def test_a_missing_code_is_an_invalid_request(issuer: Issuer) -> None:
    """RFC 6749 5.2."""
    assert issuer.redeem("", code=None).error == "invalid_request"


def test_no_tokens_for_a_session_that_ended(issuer: Issuer) -> None:
    """S3.3: the same gate on every path."""
    code, offline = issuer.code(), issuer.code(scope="openid offline_access")
    issuer.end_session()
    assert issuer.redeem(code).error == "invalid_grant"
    assert issuer.redeem(offline).error == "invalid_grant"


def test_no_tokens_for_a_disabled_subject(issuer: Issuer) -> None:
    """S3.3, S5: a vanished subject is invalid_grant."""
    code = issuer.code()
    issuer.disable_subject()
    assert issuer.redeem(code).error == "invalid_grant"


def test_no_refresh_token_without_the_grant(issuer: Issuer) -> None:
    """RFC 6749 1.5: only where the client may use it."""
    assert "refresh_token" not in issuer.redeem(issuer.code("once"), "once").body


def test_plain_oauth_gets_no_id_token(issuer: Issuer) -> None:
    """Core 3.1.2.1: without the scope openid it is no OpenID request."""
    assert "id_token" not in issuer.redeem(issuer.code(scope="email")).body


def test_the_audience_must_have_been_granted(issuer: Issuer) -> None:
    """RFC 8707 2.2: one audience, the granted one, the client's default where none was asked for."""
    one, more = "https://basic.example/api", "https://basic.example/more"
    claims = issuer.claims_of(issuer.redeem(issuer.code(resource=more))["access_token"])
    assert claims["aud"] == more
    assert issuer.claims_of(issuer.redeem(issuer.code())["access_token"])["aud"] == one
    assert issuer.claims_of(issuer.redeem(issuer.code(), resource=more)["access_token"])["aud"] == more
    assert issuer.redeem(issuer.code(resource=more), resource=one).error == "invalid_target"
    assert issuer.redeem(issuer.code(), resource=[one, more]).error == "invalid_target"
    code = issuer.code()
    assert issuer.redeem(code, resource="https://elsewhere.example/").error == "invalid_target"
    assert issuer.redeem(code).status == 200


def test_what_a_code_leaves_behind_is_a_digest(issuer: Issuer) -> None:
    """Design 3: only digests of codes are stored."""
    code = issuer.code()
    assert all(code not in str(row) for row in issuer.rows(families.select()))


def test_customer_number_is_that_of_the_clients_brand_and_in_the_access_token_alone(issuer: Issuer) -> None:
    """P4: tokens for a brand's account API carry it; ID tokens do not; without an agreement it is absent."""
    answer = issuer.redeem(issuer.code("portal", scope="openid accounts"), "portal")
    claims = issuer.claims_of(answer["access_token"])
    assert (claims["customer_number"], claims["aud"]) == ("ST-1", API)
    assert "customer_number" not in issuer.claims_of(answer["id_token"])
    issuer.sign_in("ben", "another browser")
    answer = issuer.redeem(issuer.code("portal", scope="openid accounts"), "portal")
    assert "customer_number" not in issuer.claims_of(answer["access_token"])


def test_signed_helper_is_not_a_token_of_ours(issuer: Issuer) -> None:
    """RFC 9068 4: a JWT by somebody else's key opens nothing."""
    forged = signed({"iss": "http://localhost:9000", "sub": "x"}, "ES256")
    assert issuer.userinfo(forged).status == 401
