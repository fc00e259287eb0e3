"""Introspection and revocation (P5)."""

from datetime import timedelta

import pytest
from joserfc import jws

from idp.oidc.tokens.purge import purge
from tests.drivers.provider import ISSUER
from tests.drivers.relying_party import basic
from tests.protocol.tokens.provider import API, Issuer, assertion, secret_of

INACTIVE = {"active": False}


def portal_tokens(issuer: Issuer) -> dict[str, str]:
    return dict(issuer.redeem(issuer.code("portal", scope="openid accounts"), "portal").body)


def describe(issuer: Issuer, asker: str, token: str, **more: str) -> dict[str, object]:
    answer = issuer.authenticated("/introspect", asker, token=token, **more)
    assert answer.status == 200
    return dict(answer.body)


def test_a_resource_server_learns_of_tokens_meant_for_it(issuer: Issuer) -> None:
    """RFC 7662 2.2."""
    token = portal_tokens(issuer)["access_token"]
    described = describe(issuer, "api", token)
    assert described == {"active": True, "token_type": "Bearer"} | issuer.claims_of(token)
    assert (described["aud"], described["customer_number"]) == (API, "ST-1")


def test_an_api_learns_that_access_was_given_back_lately(issuer: Issuer) -> None:
    """RFC 7662 2.2, own member: what a brand needs to hold risky acts for a while."""
    house, now, token = issuer.house, issuer.clock.now(), portal_tokens(issuer)["access_token"]
    with house.ground.database.transaction() as db:
        house.people.subjects.recovered(db, issuer.session.subject_id, now)
    assert describe(issuer, "api", token)["recovered_at"] == int(now.timestamp())
    assert "recovered_at" not in describe(issuer, "portal", token)


def test_a_client_learns_of_its_own_tokens(issuer: Issuer) -> None:
    """P5: access and refresh tokens, whatever the hint."""
    answer = issuer.redeem(issuer.code())
    for hint in ("access_token", "refresh_token", "nonsense"):
        assert describe(issuer, "basic", answer["access_token"], token_type_hint=hint)["active"] is True
        found = describe(issuer, "basic", answer["refresh_token"], token_type_hint=hint)
        assert (found["active"], found["client_id"], found["scope"]) == (True, "basic", "openid profile email")
        assert found["sub"] == issuer.claims_of(answer["id_token"])["sub"]
        assert (found["iss"], found["iat"]) == (ISSUER, int(issuer.clock.now().timestamp()))
        assert found["exp"] > found["iat"]


def test_everything_else_is_inactive(issuer: Issuer) -> None:
    """RFC 7662 2.2, 4: no more than that, not even why."""
    portal, own = portal_tokens(issuer), issuer.redeem(issuer.code())
    for asker, token in (
        ("other", own["access_token"]),
        ("other", own["refresh_token"]),
        ("api", own["access_token"]),
        ("api", portal["refresh_token"]),
        ("basic", own["id_token"]),
        ("basic", "x"),
        ("basic", "a.b.c"),
        ("basic", "ü" * 300),
    ):
        assert describe(issuer, asker, token) == INACTIVE


def test_what_ended_is_inactive(issuer: Issuer) -> None:
    """P4: revoked families, ended sessions, refresh tokens that are spent or were not used for a month."""
    own, portal = issuer.redeem(issuer.code()), portal_tokens(issuer)
    offline = issuer.redeem(issuer.code(scope="openid offline_access"))["refresh_token"]
    second = issuer.refresh(own["refresh_token"])["refresh_token"]
    assert describe(issuer, "basic", own["refresh_token"]) == INACTIVE
    assert describe(issuer, "basic", second)["active"] is True
    issuer.end_session()
    assert describe(issuer, "basic", second) == INACTIVE
    ends = describe(issuer, "basic", offline)["exp"]
    assert describe(issuer, "basic", own["access_token"]) == INACTIVE
    assert describe(issuer, "api", portal["access_token"]) == INACTIVE
    issuer.clock.advance(timedelta(seconds=ends - issuer.clock.now().timestamp() - 1))
    assert describe(issuer, "basic", offline)["active"] is True
    issuer.clock.advance(timedelta(seconds=2))
    assert describe(issuer, "basic", offline) == INACTIVE


def test_a_machine_s_token_can_be_described_and_revoked(issuer: Issuer) -> None:
    """RFC 7662, RFC 7009 for tokens that come of no code."""
    token = issuer.token("machine", grant_type="client_credentials")["access_token"]
    assert describe(issuer, "machine", token)["sub"] == "machine"
    issuer.authenticated("/revoke", "machine", token=token)
    assert describe(issuer, "machine", token) == INACTIVE


def test_public_and_unknown_clients_may_not_ask(issuer: Issuer) -> None:
    """P5: only confidential clients and resource servers."""
    assert issuer.authenticated("/introspect", "spa", token="x").status == 401
    assert issuer.post("/introspect", {"token": "x"}).status == 401
    assert issuer.authenticated("/introspect", "basic").error == "invalid_request"


def test_a_signed_answer_for_who_accepts_one(issuer: Issuer) -> None:
    """RFC 9701 4, 5: typ, aud the asker, the answer inside."""
    token = portal_tokens(issuer)["access_token"]
    kind = "application/token-introspection+jwt"
    header = {"Authorization": basic("api", secret_of("api")), "Accept": kind}
    answer = issuer.post("/introspect", {"token": token}, headers=header)
    assert answer.headers["Content-Type"] == kind
    claims = issuer.claims_of(answer.text)
    assert (claims["iss"], claims["aud"]) == (ISSUER, "api")
    assert claims["token_introspection"]["active"] is True
    assert "exp" not in claims
    assert issuer.post("/introspect", {"token": "x"}, headers=header).headers["Content-Type"] == kind


def test_the_signed_answer_is_signed_as_the_asker_registered(issuer: Issuer) -> None:
    """RFC 9701 5, 6: typ, RS256 where nothing was registered, introspection_signed_response_alg; inactive tells no more."""
    kind, token = "application/token-introspection+jwt", portal_tokens(issuer)["access_token"]
    header = {"Authorization": basic("api", secret_of("api")), "Accept": f"application/json;q=0.5, {kind.upper()} ; q=1"}
    for alg in ("RS256", "PS256", "ES256", "EdDSA"):
        if alg != "RS256":
            issuer.register("api", introspection_signed_response_alg=alg)
        answer = issuer.post("/introspect", {"token": token}, headers=header)
        said = jws.extract_compact(answer.text.encode()).headers()
        assert (said["typ"], said["alg"]) == ("token-introspection+jwt", alg)
        assert issuer.claims_of(answer.text)["aud"] == "api"
        assert answer.headers["Cache-Control"] == "no-store"
    unknown = issuer.claims_of(issuer.post("/introspect", {"token": "x"}, headers=header).text)
    assert unknown["token_introspection"] == {"active": False}
    for accept in ("*/*", "application/json", f"{kind};q=0", f"{kind};q=0.0", ""):
        plain = issuer.post("/introspect", {"token": token}, headers=header | {"Accept": accept})
        assert plain.headers["Content-Type"] == "application/json", accept


@pytest.mark.parametrize("client_id", ["basic", "spa"])
def test_revoking_an_access_token_ends_that_one(issuer: Issuer, client_id: str) -> None:
    """RFC 7009 2.1; public clients too. It stays so as long as the token would have lasted."""
    first = issuer.redeem(issuer.code(client_id), client_id)
    second = issuer.refresh(first["refresh_token"], client_id)
    for _ in range(2):
        answer = issuer.authenticated("/revoke", client_id, token=first["access_token"])
        assert (answer.status, answer.text) == (200, "")
    issuer.clock.advance(timedelta(minutes=9))
    with issuer.house.ground.database.transaction() as db:
        purge(db, issuer.clock.now(), issuer.house.ground.settings.refresh_grace)
    assert issuer.userinfo(first["access_token"]).status == 401
    assert issuer.userinfo(second["access_token"]).status == 200


def test_revoking_a_refresh_token_ends_the_family(issuer: Issuer) -> None:
    """RFC 7009 2.1: all access tokens of the same grant too."""
    tokens = issuer.redeem(issuer.code())
    for _ in range(2):
        assert issuer.authenticated("/revoke", "basic", token=tokens["refresh_token"]).status == 200
    assert issuer.userinfo(tokens["access_token"]).status == 401
    assert issuer.refresh(tokens["refresh_token"]).error == "invalid_grant"
    assert [event.reason for event in issuer.happened("FamilyRevoked")] == ["revoked_by_client"]


def test_only_ones_own(issuer: Issuer) -> None:
    """RFC 7009 2.1: another's token stays, and the asker learns nothing."""
    tokens = issuer.redeem(issuer.code())
    for token in (tokens["access_token"], tokens["refresh_token"], "x", "ü", "a.b.c", tokens["id_token"]):
        answer = issuer.authenticated("/revoke", "other", token=token)
        assert (answer.status, answer.text) == (200, "")
    assert issuer.userinfo(tokens["access_token"]).status == 200
    assert issuer.refresh(tokens["refresh_token"]).status == 200


def test_a_fault_of_the_store_is_told(issuer: Issuer) -> None:
    """RFC 7009 2.2.1, P5: 503 and Retry-After, never 200; the KV cannot remember an assertion, the database no token."""
    fields = {"token": "x"} | assertion(issuer.clock, "jwt")
    issuer.break_kv()
    away = issuer.post("/revoke", fields)
    assert issuer.authenticated("/revoke", "basic", token="x").status == 200
    token = issuer.redeem(issuer.code())["access_token"]
    with issuer.house.ground.database.transaction() as db:
        db.exec_driver_sql("DROP TABLE revoked_tokens")
    for answer in (away, issuer.authenticated("/revoke", "basic", token=token)):
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
