"""Client authentication (P4)."""

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from joserfc.jwk import ECKey

from idp.oidc.client_auth import REPORTED_BY_ALL, REPORTED_BY_SOURCE, REPORTS_WINDOW
from tests.drivers.provider import ISSUER
from tests.drivers.relying_party import basic
from tests.protocol.tokens.provider import Issuer, assertion, assertion_claims, secret_of, signed

GRANT = {"grant_type": "refresh_token", "refresh_token": "unknown"}


def let_in(answer: Any) -> bool:
    """Whether the client was let in: its grant is looked at, and unknown."""
    return bool(answer.error == "invalid_grant")


@pytest.mark.parametrize("client_id", ["basic", "post", "spa", "jwt", "portal"])
def test_every_client_comes_in_by_its_own_way(issuer: Issuer, client_id: str) -> None:
    """RFC 6749 2.3, RFC 7523 2.2, Core 9; RFC 9126 2, RFC 7009 2.1: elsewhere as at the token endpoint."""
    assert let_in(issuer.token(client_id, **GRANT))
    assert issuer.authenticated("/par", client_id).error == "invalid_request"
    assert issuer.authenticated("/revoke", client_id, token="x").status == 200


def test_unknown_client_wrong_secret_and_disabled_client_look_the_same(issuer: Issuer) -> None:
    """RFC 6749 5.2, S5: no enumeration of clients."""
    issuer.disable_client("other")
    answers = [
        issuer.post("/token", GRANT, headers={"Authorization": basic(name, secret)})
        for name, secret in (("nobody", "x"), ("basic", "x"), ("other", secret_of("other")), ("spa", ""), ("\x00", "ü"))
    ]
    assert {(a.status, a.text, a.headers["WWW-Authenticate"]) for a in answers} == {
        (
            401,
            '{"error":"invalid_client","error_description":"Client authentication failed"}',
            'Basic realm="clients"',
        )
    }
    reasons = [event.reason for event in issuer.happened("ClientAuthenticationFailed")]
    assert reasons == ["unknown", "bad_secret", "unknown", "wrong_method", "unknown"]


def test_only_the_registered_method(issuer: Issuer) -> None:
    """RFC 7591 2: a secret in the body for a client of the header, no secret at all, a signature of a secret's client."""
    tries = (
        {"client_id": "basic", "client_secret": secret_of("basic")},
        {"client_id": "basic"},
        assertion(issuer.clock, "basic"),
    )
    header = {"Authorization": basic("post", secret_of("post"))}
    for path in ("/token", "/par", "/introspect", "/revoke"):
        for fields in tries:
            answer = issuer.post(path, GRANT | {"token": "x"} | fields)
            assert (answer.status, answer.error) == (401, "invalid_client"), (path, fields)
        assert issuer.post(path, GRANT | {"token": "x"}, headers=header).error == "invalid_client"


def test_credentials_are_form_encoded_in_the_header(issuer: Issuer) -> None:
    """RFC 6749 2.3.1."""
    plain = base64.b64encode(f"basic:{secret_of('basic')}".encode()).decode()
    assert not let_in(issuer.post("/token", GRANT, headers={"Authorization": f"Basic {plain}"}))
    encoded = base64.b64encode(f"basic:{quote_plus(secret_of('basic'))}".encode()).decode()
    assert let_in(issuer.post("/token", GRANT, headers={"Authorization": f"bAsIc {encoded}"}))


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic YWJj", "Basic /////w==", "Bearer abc", "Basic " + "A" * 4000])
def test_a_broken_header_is_a_failed_authentication(issuer: Issuer, header: str) -> None:
    """RFC 6749 5.2, P12: 401, never 5xx."""
    answer = issuer.post("/token", GRANT, headers={"Authorization": header})
    assert (answer.status, answer.error) == (401, "invalid_client")


def test_one_credential_at_once(issuer: Issuer) -> None:
    """RFC 6749 2.3: the client must not use more than one method."""
    header = {"Authorization": basic("basic", secret_of("basic"))}
    for more in (
        {"client_id": "post", "client_secret": secret_of("post")},
        {"client_secret": "x"},
        assertion(issuer.clock, "jwt"),
        {"client_id": "other"},
    ):
        assert issuer.post("/token", GRANT | more, headers=header).error == "invalid_request"
    both = assertion(issuer.clock, "jwt") | {"client_id": "jwt", "client_secret": "x"}
    assert issuer.post("/token", GRANT | both).error == "invalid_request"
    assert let_in(issuer.post("/token", GRANT | {"client_id": "basic"}, headers=header))


def test_nobody_is_nobody(issuer: Issuer) -> None:
    """RFC 6749 5.2: no client authentication included."""
    answer = issuer.post("/token", GRANT)
    assert (answer.status, answer.error) == (401, "invalid_client")


@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA"])
def test_assertions_by_every_algorithm(issuer: Issuer, alg: str) -> None:
    """P4: PS256, ES256, EdDSA, and RS256 for baseline."""
    assert let_in(issuer.post("/token", GRANT | assertion(issuer.clock, "jwt", alg=alg)))
    registered = let_in(issuer.post("/token", GRANT | assertion(issuer.clock, "portal", alg=alg)))
    assert registered == (alg == "ES256")


@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/token", [ISSUER], [ISSUER, f"{ISSUER}/token"]])
def test_audiences_that_are_ours(issuer: Issuer, audience: Any) -> None:
    """RFC 7523 3, P4: issuer, token endpoint or current endpoint."""
    assert let_in(issuer.post("/token", GRANT | assertion(issuer.clock, "jwt", aud=audience)))


def test_the_current_endpoint_is_an_audience_there_alone(issuer: Issuer) -> None:
    """P4."""
    fields = {"token": "x"} | assertion(issuer.clock, "jwt", aud=f"{ISSUER}/introspect")
    assert issuer.post("/introspect", fields).body == {"active": False}
    assert not let_in(issuer.post("/token", GRANT | assertion(issuer.clock, "jwt", aud=f"{ISSUER}/introspect")))


NOW = 1793611800
WRONG: tuple[dict[str, Any], ...] = (
    {"aud": "https://elsewhere.example"},
    {"aud": [ISSUER, "https://elsewhere.example"]},  # the other could replay it here
    {"aud": []},
    {"aud": None},
    {"aud": {"a": 1}},
    {"iss": "portal"},
    {"sub": "portal", "iss": "jwt"},
    {"iss": None},
    {"jti": None},
    {"jti": ""},
    {"jti": 7},
    {"jti": "x" * 600},
    {"exp": None},
    {"exp": "soon"},
    {"exp": True},
    {"exp": NOW},
    {"exp": NOW + 2 * 3600},
    {"exp": 10**400},
    {"iat": NOW + 61},
    {"nbf": NOW + 61},
    {"iat": "now"},
    {"iat": -5},
)


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_assertions_that_say_the_wrong_thing(issuer: Issuer, wrong: dict[str, Any]) -> None:
    """RFC 7523 3: iss = sub = client_id, aud ours alone, jti, exp at most an hour ahead, not from the future."""
    assert int(issuer.clock.now().timestamp()) == NOW
    answer = issuer.post("/token", GRANT | assertion(issuer.clock, "jwt", **wrong))
    assert (answer.status, answer.error) == (401, "invalid_client")


def test_a_client_whose_clock_is_ten_seconds_ahead(issuer: Issuer) -> None:
    """P4: up to 10 s of future nbf and iat are accepted."""
    now = int(issuer.clock.now().timestamp())
    assert let_in(issuer.post("/token", GRANT | assertion(issuer.clock, "jwt", iat=now + 10, nbf=now + 10)))


def test_an_assertion_is_good_once_until_it_expires(issuer: Issuer) -> None:
    """RFC 7523 3 jti: remembered until exp; another client may have the same jti."""
    fields = assertion(issuer.clock, "jwt", jti="one", exp=NOW + 3600)
    assert let_in(issuer.post("/token", GRANT | fields))
    for seconds in (0, 600, 2999):
        issuer.clock.advance(timedelta(seconds=seconds))
        assert issuer.post("/token", GRANT | fields).error == "invalid_client"
    assert let_in(issuer.post("/token", GRANT | assertion(issuer.clock, "portal", jti="one")))
    issuer.clock.advance(timedelta(seconds=2))
    assert issuer.post("/token", GRANT | fields).error == "invalid_client"
    assert [event.reason for event in issuer.happened("ClientAuthenticationFailed")] == ["replayed"] * 3 + ["expired"]


def test_a_store_that_lost_its_memory_takes_no_older_assertion(issuer: Issuer) -> None:
    """Design 3: the KV's epoch; without `iat` an assertion counts as old as it can be."""
    kv = issuer.house.ground.kv
    old, undated = assertion(issuer.clock, "jwt"), assertion(issuer.clock, "jwt", iat=None)
    issuer.clock.advance(timedelta(seconds=10))
    kv.delete("epoch")
    assert issuer.post("/token", GRANT | old).error == "invalid_client"
    assert issuer.post("/token", GRANT | undated).error == "invalid_client"
    assert let_in(issuer.post("/token", GRANT | assertion(issuer.clock, "jwt")))
    issuer.clock.advance(timedelta(hours=1))
    assert let_in(issuer.post("/token", GRANT | assertion(issuer.clock, "jwt", iat=None)))


def test_a_foreign_key_does_not_sign_for_a_client(issuer: Issuer) -> None:
    """RFC 7523 3 item 9; a known `kid` does not help."""
    stranger = ECKey.generate_key("P-256")
    assert issuer.post("/token", GRANT | assertion(issuer.clock, "jwt", key=stranger)).error == "invalid_client"
    claims = assertion_claims(issuer.clock, "jwt")
    good = signed(claims, "ES256").split(".")
    changed = signed(claims | {"jti": "another"}, "ES256").split(".")
    critical = signed(claims, "ES256", crit=["kid"])  # RFC 7515 4.1.11: we know none of the extensions that could be
    for token in (f"{good[0]}.{changed[1]}.{good[2]}", ".".join(good[:2]) + ".", ".".join(good[:2]), critical):
        fields = assertion(issuer.clock, "jwt") | {"client_assertion": token}
        assert issuer.post("/token", GRANT | fields).error == "invalid_client"


def test_the_type_of_an_assertion_must_be_named(issuer: Issuer) -> None:
    """RFC 7521 4.2."""
    fields = assertion(issuer.clock, "jwt")
    for wrong in ({"client_assertion_type": "saml"}, {"client_assertion_type": ""}, {"client_assertion": ""}):
        assert issuer.post("/token", GRANT | fields | wrong).error == "invalid_request"


def test_a_named_client_must_be_the_one_that_signs(issuer: Issuer) -> None:
    """RFC 7521 4.2: client_id is optional, and must fit."""
    assert let_in(issuer.post("/token", GRANT | assertion(issuer.clock, "jwt") | {"client_id": "jwt"}))
    assert issuer.post("/token", GRANT | assertion(issuer.clock, "jwt") | {"client_id": "spa"}).error == "invalid_request"


def test_a_secret_ends_when_it_was_said_to(issuer: Issuer) -> None:
    """S1: two live secrets during rotation, the older one until its end."""
    ground, clients = issuer.house.ground, issuer.house.parties.clients
    with ground.database.transaction() as db:
        fresh = clients.add_secret(db, ground.bus, "basic", timedelta(hours=1))
    issuer.clock.advance(timedelta(seconds=2))
    old = {"headers": {"Authorization": basic("basic", secret_of("basic"))}}
    new = {"headers": {"Authorization": basic("basic", fresh)}}
    assert let_in(issuer.post("/token", GRANT, **old))
    assert let_in(issuer.post("/token", GRANT, **new))
    issuer.clock.advance(timedelta(hours=1))
    assert issuer.post("/token", GRANT, **old).error == "invalid_client"
    assert let_in(issuer.post("/token", GRANT, **new))


def test_a_flood_of_wrong_secrets_does_not_fill_the_audit_trail(issuer: Issuer) -> None:
    """S1: entries are never removed, so a sender without any credential may not add as many as it likes."""
    wrong = {"headers": {"Authorization": basic("basic", "x")}}
    answers = {issuer.post("/token", GRANT, **wrong).status for _ in range(REPORTED_BY_SOURCE + 5)}
    assert answers == {401}
    assert len(issuer.happened("ClientAuthenticationFailed")) == REPORTED_BY_SOURCE
    issuer.post("/token", GRANT, environ_base={"REMOTE_ADDR": "198.51.100.7"}, **wrong)
    assert len(issuer.happened("ClientAuthenticationFailed")) == REPORTED_BY_SOURCE + 1
    issuer.clock.advance(2 * REPORTS_WINDOW)
    issuer.post("/token", GRANT, **wrong)
    assert len(issuer.happened("ClientAuthenticationFailed")) == REPORTED_BY_SOURCE + 2


def test_many_sources_together_do_not_fill_it_either(issuer: Issuer) -> None:
    """S1: one IPv6 line has thousands of /64 networks, each a source of its own."""
    wrong = {"headers": {"Authorization": basic("basic", "x")}}
    for number in range(REPORTED_BY_ALL + 5):
        issuer.post("/token", GRANT, environ_base={"REMOTE_ADDR": f"2001:db8:0:{number:x}::1"}, **wrong)
    assert len(issuer.happened("ClientAuthenticationFailed")) == REPORTED_BY_ALL
