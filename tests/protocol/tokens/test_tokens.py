"""What access tokens and ID tokens say (P4, P6)."""

import base64
import hashlib
import json
from typing import Any

import pytest

from tests.drivers.provider import ISSUER
from tests.protocol.tokens.provider import API, Issuer


def header_of(token: str) -> dict[str, Any]:
    return dict(json.loads(base64.urlsafe_b64decode(token.split(".", maxsplit=1)[0] + "==")))


def test_an_access_token_is_what_rfc_9068_says(issuer: Issuer) -> None:
    """RFC 9068 2.1, 2.2: typ, ES256, iss, aud, client_id, sub, scope, acr, amr, auth_time, jti; sid and no more."""
    token = issuer.redeem(issuer.code("portal", scope="openid accounts"), "portal")["access_token"]
    header, claims = header_of(token), issuer.claims_of(token)
    now = int(issuer.clock.now().timestamp())
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    sub, sid, jti = claims.pop("sub"), claims.pop("sid"), claims.pop("jti")
    assert claims == {
        "iss": ISSUER,
        "aud": API,
        "client_id": "portal",
        "scope": "openid accounts",
        "acr": "pwd",
        "amr": ["pwd"],
        "auth_time": now,
        "iat": now,
        "exp": now + 600,
        "customer_number": "ST-1",
    }
    assert issuer.session.subject_id not in (sub, sid, jti)
    assert issuer.session.id not in (sub, sid, jti)


def test_without_a_resource_the_token_is_for_the_provider_itself(issuer: Issuer) -> None:
    """RFC 9068 3: a default audience, here userinfo's."""
    assert issuer.claims_of(issuer.redeem(issuer.code("other"), "other")["access_token"])["aud"] == ISSUER


def test_an_id_token_tells_what_was_asked_for_and_no_more(issuer: Issuer) -> None:
    """Core 2, 3.1.3.6: aud a single string, no azp, nonce exact, at_hash; claims of scopes go to userinfo (5.4)."""
    answer = issuer.redeem(issuer.code(nonce='n"\\ü\n'))
    claims = issuer.claims_of(answer["id_token"])
    now = int(issuer.clock.now().timestamp())
    half = hashlib.sha256(answer["access_token"].encode()).digest()[:16]
    assert claims.pop("at_hash") == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    access = issuer.claims_of(answer["access_token"])
    assert claims == {
        "iss": ISSUER,
        "sub": access["sub"],
        "aud": "basic",
        "exp": now + 600,
        "iat": now,
        "auth_time": now,
        "acr": "pwd",
        "amr": ["pwd"],
        "sid": access["sid"],
        "nonce": 'n"\\ü\n',
    }
    assert header_of(answer["id_token"])["typ"] == "JWT"


def test_no_nonce_where_none_was_sent(issuer: Issuer) -> None:
    """Core 3.1.3.7: nonce is optional for code."""
    assert "nonce" not in issuer.claims_of(issuer.redeem(issuer.code(nonce=None))["id_token"])


@pytest.mark.parametrize(
    ("client_id", "alg"), [("basic", "RS256"), ("signed", "ES256"), ("salted", "PS256"), ("edwards", "EdDSA")]
)
def test_id_tokens_are_signed_as_registered(issuer: Issuer, client_id: str, alg: str) -> None:
    """Core 15.1: RS256 where nothing was registered; Core 3.1.3.6: at_hash by the hash of the algorithm."""
    answer = issuer.redeem(issuer.code(client_id), client_id)
    assert header_of(answer["id_token"])["alg"] == alg
    assert header_of(answer["access_token"])["alg"] == "ES256"
    size = len(base64.urlsafe_b64decode(issuer.claims_of(answer["id_token"])["at_hash"] + "=="))
    assert size == (32 if alg == "EdDSA" else 16)


def test_claims_asked_for_by_parameter_go_where_they_were_asked_for(issuer: Issuer) -> None:
    """Core 5.5: id_token and userinfo members; what is unknown or about the sign-in is left to itself."""
    asked = {
        "id_token": {"email": None, "birthdate": {"essential": True}, "favourite_colour": None, "acr": {"values": ["mfa"]}},
        "userinfo": {"nickname": None, "sub": {"value": "x"}},
    }
    answer = issuer.redeem(issuer.code(scope="openid", claims=asked))
    claims = issuer.claims_of(answer["id_token"])
    assert (claims["email"], claims["birthdate"], claims["acr"]) == ("ana@example.test", "1984-03-09", "pwd")
    assert "favourite_colour" not in claims
    assert "nickname" not in claims
    assert issuer.userinfo(answer["access_token"]).body == {"nickname": "Aninha", "sub": claims["sub"]}


def test_a_subject_has_another_name_in_each_sector(issuer: Issuer) -> None:
    """Core 8.1, P6: pairwise sub and sid, the same on every sign-in."""
    first, again, other = (
        issuer.claims_of(issuer.redeem(issuer.code(client), client)["id_token"]) for client in ("basic", "basic", "other")
    )
    assert (first["sub"], first["sid"]) == (again["sub"], again["sid"])
    assert first["sub"] != other["sub"]
    assert first["sid"] != other["sid"]


def test_opaque_tokens_say_nothing_and_work_alike(issuer: Issuer) -> None:
    """P4: where the client asks so; they are introspected, used and revoked like the others."""
    token = issuer.redeem(issuer.code("opaque"), "opaque")["access_token"]
    assert "." not in token.removeprefix("opaque.")
    assert issuer.userinfo(token)["email"] == "ana@example.test"
    described = issuer.authenticated("/introspect", "opaque", token=token)
    assert (described["active"], described["client_id"]) == (True, "opaque")
    changed = token[:-3] + ("AAA" if not token.endswith("AAA") else "BBB")
    assert issuer.userinfo(changed).status == 401
    assert issuer.authenticated("/revoke", "opaque", token=token).status == 200
    assert issuer.userinfo(token).status == 401


@pytest.mark.parametrize(("client_id", "told"), [("portal", True), ("basic", False)])
def test_a_brands_own_application_learns_that_access_was_given_back(issuer: Issuer, client_id: str, told: bool) -> None:
    """Core 5.1.2: a claim of ours, listed in discovery. First-party clients are told it unasked, others never."""
    house, now = issuer.house, issuer.clock.now()
    before = issuer.redeem(issuer.code(client_id, scope="openid"), client_id)
    assert "recovered_at" not in issuer.claims_of(before["id_token"])
    with house.ground.database.transaction() as db:
        house.people.subjects.recovered(db, issuer.session.subject_id, now)
    asked = {"id_token": {"recovered_at": None}, "userinfo": {"recovered_at": None}}
    answer = issuer.redeem(issuer.code(client_id, scope="openid profile", claims=asked), client_id)
    expected = int(now.timestamp()) if told else None
    assert issuer.claims_of(answer["id_token"]).get("recovered_at") == expected
    assert issuer.userinfo(answer["access_token"]).body.get("recovered_at") == expected
    assert "recovered_at" in issuer.call("GET", "/.well-known/openid-configuration")["claims_supported"]
