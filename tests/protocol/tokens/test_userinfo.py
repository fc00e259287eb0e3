"""UserInfo (P5)."""

from datetime import timedelta
from functools import partial

import pytest
from joserfc import jws

from tests.drivers.provider import ISSUER
from tests.protocol.tokens.provider import ANA_CLAIMS, EVERY_SCOPE, Issuer

FORM = "application/x-www-form-urlencoded"


def token_of(issuer: Issuer, client_id: str = "basic", scope: str = "openid email") -> str:
    answer = issuer.redeem(issuer.code(client_id, scope=scope), client_id)
    return str(answer["access_token"])


def test_everything_that_is_known_for_every_scope(issuer: Issuer) -> None:
    """Core 5.1, 5.4: complete, updated_at a number, nothing that no scope names, nothing null."""
    answer = issuer.userinfo(token_of(issuer, scope=EVERY_SCOPE))
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    claims = answer.body
    assert claims.pop("sub")
    wanted = {name: value for name, value in ANA_CLAIMS.items() if name != "favourite_colour"}
    assert claims == wanted | {
        "name": "Ana Ferreira",
        "given_name": "Ana",
        "family_name": "Ferreira",
        "preferred_username": "ana",
        "locale": "pt-PT",
        "email": "ana@example.test",
        "email_verified": True,
        "updated_at": claims["updated_at"],
    }
    assert isinstance(claims["updated_at"], int)


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("openid", set()),
        ("openid email", {"email", "email_verified"}),
        ("openid phone", {"phone_number", "phone_number_verified"}),
        ("openid address", {"address"}),
    ],
)
def test_claims_of_the_granted_scopes(issuer: Issuer, scope: str, names: set[str]) -> None:
    """Core 5.4; a narrowed access token shows less."""
    assert issuer.userinfo(token_of(issuer, scope=scope)).body.keys() == names | {"sub"}
    wide = issuer.redeem(issuer.code(scope=EVERY_SCOPE))["refresh_token"]
    assert issuer.userinfo(issuer.refresh(wide, scope=scope)["access_token"]).body.keys() == names | {"sub"}


def test_sub_is_that_of_the_id_token(issuer: Issuer) -> None:
    """Core 5.3.2."""
    answer = issuer.redeem(issuer.code())
    assert issuer.userinfo(answer["access_token"])["sub"] == issuer.claims_of(answer["id_token"])["sub"]


def test_a_signed_answer_where_it_was_registered(issuer: Issuer) -> None:
    """Core 5.3.2: application/jwt with iss and aud, by the algorithm that was registered."""
    token = token_of(issuer, "signed")
    for alg in ("RS256", "PS256", "ES256", "EdDSA"):
        issuer.register("signed", userinfo_signed_response_alg=alg)
        answer = issuer.userinfo(token)
        assert answer.headers["Content-Type"] == "application/jwt"
        assert jws.extract_compact(answer.text.encode()).headers()["alg"] == alg
        claims = issuer.claims_of(answer.text)
        assert (claims["iss"], claims["aud"], claims["email"]) == (ISSUER, "signed", "ana@example.test")


def test_the_token_comes_in_the_header_or_in_a_posted_form(issuer: Issuer) -> None:
    """RFC 6750 2.1, 2.2; Core 5.3.1: GET and POST."""
    token = token_of(issuer)
    assert issuer.call("GET", "/userinfo", headers={"Authorization": f"bEaReR  {token}"}).status == 200
    assert issuer.call("POST", "/userinfo", headers={"Authorization": f"Bearer {token}"}).status == 200
    assert issuer.post("/userinfo", {"access_token": token}).status == 200
    assert issuer.call("GET", "/userinfo", data={"access_token": token}, content_type=FORM).status == 401


def test_never_in_the_address_and_never_twice(issuer: Issuer) -> None:
    """RFC 9700 4.3.2, RFC 6750 2 and 3.1 invalid_request."""
    token = token_of(issuer)
    header = {"Authorization": f"Bearer {token}"}
    for answer in (
        issuer.call("GET", "/userinfo", query_string={"access_token": token}),
        issuer.call("GET", "/userinfo", query_string={"access_token": token}, headers=header),
        issuer.post("/userinfo", {"access_token": token}, headers=header),
        issuer.call("POST", "/userinfo", data=f"access_token={token}&access_token={token}", content_type=FORM),
    ):
        assert (answer.status, answer.error) == (400, "invalid_request")


def test_who_sends_nothing_learns_nothing(issuer: Issuer) -> None:
    """RFC 6750 3.1: no error code without authentication."""
    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Basic YTpi"}):
        answer = issuer.call("GET", "/userinfo", headers=headers)
        assert (answer.status, answer.headers["WWW-Authenticate"], answer.text) == (401, 'Bearer realm="userinfo"', "")


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.", "." * 50, "ü", "opaque.", "opaque.AAAA", "x" * 17_000, '"'])
def test_garbage_is_an_invalid_token(issuer: Issuer, token: str) -> None:
    """RFC 6750 3.1: 401 and why, inert; P12."""
    answer = issuer.post("/userinfo", {"access_token": token}) if not token.isascii() else issuer.userinfo(token)
    assert answer.status in (401, 413)
    if answer.status == 401:
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="userinfo", error="invalid_token"')


def test_other_tokens_of_ours_are_no_access_tokens(issuer: Issuer) -> None:
    """RFC 8725 3.11, RFC 9068 4: an ID token or a refresh token opens nothing."""
    answer = issuer.redeem(issuer.code("signed"), "signed")
    assert issuer.userinfo(answer["id_token"]).status == 401
    assert issuer.userinfo(answer["refresh_token"]).status == 401


def test_without_openid_there_is_no_userinfo(issuer: Issuer) -> None:
    """Core 5.3, RFC 6750 3.1 insufficient_scope."""
    machine = issuer.token("machine", grant_type="client_credentials")["access_token"]
    for token in (token_of(issuer, scope="email"), machine):
        answer = issuer.userinfo(token)
        assert (answer.status, answer.error) == (403, "insufficient_scope")
        assert 'scope="openid"' in answer.headers["WWW-Authenticate"]


def test_tokens_die_with_what_they_stand_on(issuer: Issuer) -> None:
    """P4: at userinfo and introspection, on all workers within 1 s, though each has seen the token a moment ago."""
    workers = (issuer, Issuer(issuer.house.ground.settings, issuer.clock))
    for number in range(6):
        issuer.sign_in("ben" if number == 5 else "ana", f"browser {number}")
        code = issuer.code("portal")
        tokens = issuer.redeem(code, "portal").body
        ends = (
            issuer.end_session,
            partial(issuer.redeem, code, "portal"),
            partial(issuer.authenticated, "/revoke", "portal", token=tokens["refresh_token"]),
            partial(issuer.authenticated, "/revoke", "portal", token=tokens["access_token"]),
            issuer.disable_subject,
            partial(issuer.disable_client, "portal"),
        )
        for alive in (True, False):
            for worker in workers:
                assert worker.userinfo(tokens["access_token"]).status == (200 if alive else 401), (number, alive)
                described = worker.authenticated("/introspect", "api", token=tokens["access_token"])
                assert described["active"] is alive, (number, alive)
            if alive:
                ends[number]()
                issuer.clock.advance(timedelta(seconds=1))
    workers[1].house.ground.database.close()


def test_tokens_expire(issuer: Issuer) -> None:
    """RFC 9068 4."""
    token = token_of(issuer)
    issuer.clock.advance(timedelta(minutes=10) - timedelta(seconds=1))
    assert issuer.userinfo(token).status == 200
    issuer.clock.advance(timedelta(seconds=1))
    assert issuer.userinfo(token).status == 401
