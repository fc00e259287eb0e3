"""The refresh token grant (P4)."""

from datetime import timedelta
from typing import Any

import pytest

from idp.core.handles import digest
from idp.oidc.tokens.model import families, refresh_tokens
from idp.oidc.tokens.purge import purge
from tests.protocol.tokens.provider import Issuer

OFFLINE = "openid profile offline_access"


def granted(issuer: Issuer, client_id: str = "basic", **changes: Any) -> Any:
    """The tokens of a fresh code."""
    answer = issuer.redeem(issuer.code(client_id, **changes), client_id)
    assert answer.status == 200, answer.text
    return answer.body


def test_each_use_rotates(issuer: Issuer) -> None:
    """RFC 9700 4.14.2: a new refresh token each time, for public and confidential clients."""
    for client_id in ("basic", "spa"):
        first = granted(issuer, client_id)
        second = issuer.refresh(first["refresh_token"], client_id)
        third = issuer.refresh(second["refresh_token"], client_id)
        assert third.status == 200
        assert len({first["refresh_token"], second["refresh_token"], third["refresh_token"]}) == 3
        assert len({first["access_token"], second["access_token"], third["access_token"]}) == 3
    assert len(issuer.happened("RefreshRotated")) == 4


def test_a_lost_answer_can_be_asked_for_again(issuer: Issuer) -> None:
    """P4: for 30 s the same client gets the same successor, as long as that is unused."""
    token = granted(issuer)["refresh_token"]
    successor = issuer.refresh(token)["refresh_token"]
    issuer.clock.advance(timedelta(seconds=30))
    assert issuer.refresh(token)["refresh_token"] == successor
    assert len(issuer.happened("RefreshRotated")) == 1
    assert issuer.refresh(successor).status == 200


def test_reuse_after_the_grace_fells_the_family(issuer: Issuer) -> None:
    """RFC 9700 4.14.2: either copy may be the thief's."""
    token = granted(issuer)["refresh_token"]
    successor = issuer.refresh(token)
    issuer.clock.advance(timedelta(seconds=31))
    assert issuer.refresh(token).error == "invalid_grant"
    assert issuer.refresh(successor["refresh_token"]).error == "invalid_grant"
    assert issuer.userinfo(successor["access_token"]).status == 401
    assert [event.reason for event in issuer.happened("RefreshReused")] == ["reuse"]


def test_reuse_after_the_successor_was_used_fells_the_family(issuer: Issuer) -> None:
    """P4: the grace ends with the first use of the successor."""
    token = granted(issuer)["refresh_token"]
    successor = issuer.refresh(token)["refresh_token"]
    newest = issuer.refresh(successor)["refresh_token"]
    assert issuer.refresh(token).error == "invalid_grant"
    assert issuer.refresh(newest).error == "invalid_grant"


def test_successors_are_kept_sealed_and_no_longer_than_needed(issuer: Issuer) -> None:
    """P4: sealed for the grace; design 3: otherwise digests alone."""
    token = granted(issuer)["refresh_token"]
    successor = issuer.refresh(token)["refresh_token"]
    stored = str(issuer.rows(refresh_tokens.select()))
    assert token not in stored
    assert successor not in stored
    issuer.refresh(successor)
    sealed = [row.successor_sealed for row in issuer.rows(refresh_tokens.select().order_by(refresh_tokens.c.issued_at))]
    assert sum(one is not None for one in sealed) == 1
    issuer.clock.advance(timedelta(seconds=31))
    _purge(issuer)
    assert all(row.successor_sealed is None for row in issuer.rows(refresh_tokens.select()))


def test_a_token_from_before_tokens_were_dated_still_works(issuer: Issuer) -> None:
    """Whoever is signed in while the provider is replaced by a newer release stays so."""
    token = granted(issuer)["refresh_token"]
    undated = token.partition(".")[2]
    with issuer.house.ground.database.transaction() as db:
        db.execute(refresh_tokens.update().values(digest=digest(undated)))
    assert issuer.refresh(token).error == "invalid_grant"
    assert issuer.refresh(undated).status == 200


def test_another_client_gets_nothing_and_takes_nothing(issuer: Issuer) -> None:
    """RFC 6749 10.4: bound to the client."""
    token = granted(issuer)["refresh_token"]
    assert issuer.refresh(token, "other").error == "invalid_grant"
    assert issuer.refresh(token).status == 200


def test_a_narrower_scope_narrows_the_access_token_alone(issuer: Issuer) -> None:
    """RFC 6749 6: a new refresh token keeps the scope of the old one."""
    token = granted(issuer, scope="openid profile email")["refresh_token"]
    narrow = issuer.refresh(token, scope="email openid")
    assert narrow["scope"] == "email openid"
    assert issuer.claims_of(narrow["access_token"])["scope"] == "email openid"
    assert issuer.refresh(narrow["refresh_token"])["scope"] == "openid profile email"


@pytest.mark.parametrize("scope", ["openid phone", "openid  email", " ", "openid\x01", "admin"])
def test_a_wider_scope_is_refused_and_costs_nothing(issuer: Issuer, scope: str) -> None:
    """RFC 6749 6 invalid_scope."""
    token = granted(issuer, scope="openid email")["refresh_token"]
    assert issuer.refresh(token, scope=scope).error == "invalid_scope"
    assert issuer.refresh(token, resource="https://elsewhere.example").error == "invalid_target"
    assert issuer.refresh(token).status == 200
    assert len(issuer.happened("RefreshRotated")) == 1


def test_the_refreshed_id_token_tells_of_the_same_sign_in(issuer: Issuer) -> None:
    """Core 12.2: same iss, sub, aud, auth_time, acr; a new iat; no nonce."""
    first = granted(issuer)
    issuer.clock.advance(timedelta(minutes=5))
    again = issuer.refresh(first["refresh_token"])
    old, new = issuer.claims_of(first["id_token"]), issuer.claims_of(again["id_token"])
    same = ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid")
    assert {name: old[name] for name in same} == {name: new[name] for name in same}
    assert new["iat"] == old["iat"] + 300
    assert old["nonce"] == "n-0S6_WzA2Mj"
    assert "nonce" not in new


def test_it_ends_with_the_session_unless_offline(issuer: Issuer) -> None:
    """P4, Core 11."""
    online, offline = granted(issuer), granted(issuer, scope=OFFLINE)
    issuer.end_session()
    assert issuer.refresh(online["refresh_token"]).error == "invalid_grant"
    assert issuer.userinfo(online["access_token"]).status == 401
    again = issuer.refresh(offline["refresh_token"])
    assert again.status == 200
    assert issuer.userinfo(again["access_token"]).status == 200


def test_a_refresh_counts_as_activity(issuer: Issuer) -> None:
    """S1: a portal refreshes at its customer's request, so the session goes on."""
    token = granted(issuer)["refresh_token"]
    for _ in range(3):
        issuer.clock.advance(timedelta(minutes=10))
        token = issuer.refresh(token)["refresh_token"]
    issuer.clock.advance(timedelta(minutes=16))
    assert issuer.refresh(token).error == "invalid_grant"


def test_offline_access_is_no_activity(issuer: Issuer) -> None:
    """S1: what goes on by itself does not keep the browser of a customer who has left signed in."""
    online, offline = granted(issuer), granted(issuer, scope=OFFLINE)
    for _ in range(2):
        issuer.clock.advance(timedelta(minutes=10))
        offline = issuer.refresh(offline["refresh_token"]).body
    assert issuer.refresh(online["refresh_token"]).error == "invalid_grant"


def test_what_the_client_has_lost_since_is_not_given_again(issuer: Issuer) -> None:
    """S3.3: a refresh passes the same gate as a new request."""
    one = "https://basic.example/api"
    token = granted(issuer, resource=one)["refresh_token"]
    issuer.register("basic", scope="openid email", resources=(one,))
    narrow = issuer.refresh(token)
    assert narrow["scope"] == "openid email"
    assert issuer.refresh(narrow["refresh_token"], scope="openid profile").error == "invalid_scope"
    issuer.register("basic", scope="openid email", resources=())
    assert issuer.refresh(narrow["refresh_token"]).error == "invalid_target"


def test_a_spent_token_that_comes_again_and_again_is_reported_once(issuer: Issuer) -> None:
    """S1: a public client needs no secret to send its own, and the trail keeps every entry."""
    token = granted(issuer, "spa")["refresh_token"]
    issuer.refresh(issuer.refresh(token, "spa")["refresh_token"], "spa")
    for _ in range(3):
        assert issuer.refresh(token, "spa").error == "invalid_grant"
    assert len(issuer.happened("RefreshReused")) == len(issuer.happened("FamilyRevoked")) == 1


def test_offline_tokens_end_when_unused_and_at_last(issuer: Issuer) -> None:
    """S1: 14 days idle, 30 days absolute."""
    idle = granted(issuer, scope=OFFLINE)["refresh_token"]
    busy = granted(issuer, scope=OFFLINE)["refresh_token"]
    for days in (13, 13):
        issuer.clock.advance(timedelta(days=days))
        busy = issuer.refresh(busy)["refresh_token"]
    assert issuer.refresh(idle).error == "invalid_grant"
    issuer.clock.advance(timedelta(days=4))
    assert issuer.refresh(busy).error == "invalid_grant"


def test_a_disabled_subject_loses_offline_access_too(issuer: Issuer) -> None:
    """S1: disable ends all sessions and families."""
    offline = granted(issuer, scope=OFFLINE)
    issuer.disable_subject()
    assert issuer.refresh(offline["refresh_token"]).error == "invalid_grant"
    assert issuer.userinfo(offline["access_token"]).status == 401
    assert [event.reason for event in issuer.happened("FamilyRevoked")] == ["disabled"]


def test_garbage_is_an_unknown_token(issuer: Issuer) -> None:
    """RFC 6749 5.2; P12."""
    for token in ("x", "ü" * 500, "\ufffd", granted(issuer)["access_token"]):
        assert issuer.refresh(token).error == "invalid_grant"


def test_what_ended_is_purged_and_what_stands_is_not(issuer: Issuer) -> None:
    """Nothing that is purged could have been used again."""
    granted(issuer)
    issuer.code()
    offline = granted(issuer, scope=OFFLINE)["refresh_token"]
    issuer.clock.advance(timedelta(days=2))
    _purge(issuer)
    assert len(issuer.rows(families.select())) == 1
    assert issuer.refresh(offline).status == 200


def _purge(issuer: Issuer) -> None:
    with issuer.house.ground.database.transaction() as db:
        purge(db, issuer.clock.now(), issuer.house.ground.settings.refresh_grace)
