"""The token endpoint itself, and the client credentials grant (P4, P12)."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from structlog.testing import capture_logs

from idp.core.metrics import TOKENS
from tests.drivers.relying_party import basic
from tests.protocol.tokens.provider import Answer, Issuer, secret_of

FORM = "application/x-www-form-urlencoded"


def test_a_machine_gets_a_token_of_its_own(issuer: Issuer) -> None:
    """RFC 6749 4.4.3: no refresh token; RFC 9068 2.2: the subject is the client; P4: counted, logged, not in the trail."""
    before = len(issuer.events)
    with capture_logs() as lines:
        answer = issuer.token("machine", grant_type="client_credentials")
    assert [line["client_id"] for line in lines if line["event"] == "client_credentials_issued"] == ["machine"]
    assert answer.body.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert issuer.house.ground.meter.sums()[TOKENS.name, "client_credentials"] == 1
    claims = issuer.claims_of(answer["access_token"])
    assert (claims["sub"], claims["client_id"], claims["scope"]) == ("machine", "machine", "read write")
    assert claims.keys() == {"iss", "aud", "client_id", "scope", "jti", "iat", "exp", "sub"}
    assert len(issuer.events) == before


@pytest.mark.parametrize("scope", ["openid", "read openid", "offline_access", "profile", "admin", "read  write", " ", "read\t"])
def test_a_machine_gets_its_own_scopes_only(issuer: Issuer, scope: str) -> None:
    """P4: never openid or offline_access."""
    assert issuer.token("machine", grant_type="client_credentials", scope=scope).error == "invalid_scope"


def test_a_machine_may_ask_for_less(issuer: Issuer) -> None:
    """RFC 6749 3.3."""
    assert issuer.token("machine", grant_type="client_credentials", scope="read")["scope"] == "read"
    assert issuer.token("machine", grant_type="client_credentials", resource="https://x.example").error == "invalid_target"


def test_a_grant_must_be_registered(issuer: Issuer) -> None:
    """RFC 6749 5.2 unauthorized_client, unsupported_grant_type; password is not offered (RFC 9700 2.4)."""
    assert issuer.token("basic", grant_type="client_credentials").error == "unauthorized_client"
    assert issuer.token("once", grant_type="refresh_token", refresh_token="x").error == "unauthorized_client"
    for unknown in ("password", "implicit", "urn:x:ü", "x" * 1000, "code\n"):
        assert issuer.token("basic", grant_type=unknown).error == "unsupported_grant_type"
    assert issuer.token("basic").error == "invalid_request"


def test_public_clients_have_no_credentials_of_their_own(issuer: Issuer) -> None:
    """RFC 6749 4.4: confidential clients only."""
    assert issuer.token("spa", grant_type="client_credentials").status == 401


# Clean, and all that any of the three asks for; then what spoils it: query, Content-Type, body.
CLEAN = "grant_type=refresh_token&refresh_token=x&token=x"
SPOILT: tuple[tuple[str, str | None, str | bytes], ...] = (
    ("grant_type=refresh_token", FORM, CLEAN),
    ("a=b", FORM, CLEAN),
    ("", FORM, f"{CLEAN}&token=x"),
    ("", FORM, f"{CLEAN}&a=&a="),
    ("", "application/json", '{"grant_type": "refresh_token", "refresh_token": "x", "token": "x"}'),
    ("", "application/json", CLEAN),
    ("", "multipart/form-data; boundary=x", CLEAN),
    ("", None, CLEAN),
    ("", FORM, f"{CLEAN}&a=".encode() + b"\xff"),
    ("", FORM, f"{CLEAN}&a=%ff"),
    ("", FORM, f"{CLEAN}&a=%ed%a0%80"),
    ("", FORM, f"{CLEAN}&a=%00"),
    ("", FORM, "&".join([CLEAN, *(f"a{n}=1" for n in range(98))])),
    ("", FORM, ""),
)


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
def test_anything_but_one_clean_form_is_an_invalid_request(issuer: Issuer, path: str) -> None:
    """RFC 6749 3.2: in the body alone, each parameter once; P12: bytes that are not UTF-8, NUL, surrogates."""

    def send(query: str, kind: str | None, body: str | bytes) -> Answer:
        header = {"Authorization": basic("basic", secret_of("basic"))}
        return issuer.call("POST", path, query_string=query, data=body, content_type=kind, headers=header)

    for kind in (FORM, f"{FORM}; charset=UTF-8", FORM.title()):
        assert "invalid_request" not in send("", kind, f"{CLEAN}&resource=a:1&resource=a:2").text, kind
    for spoilt in SPOILT:
        answer = send(*spoilt)
        assert (answer.status, answer.error) == (400, "invalid_request"), spoilt
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_large_body_is_refused(issuer: Issuer) -> None:
    """P12: 16 KiB."""
    answer = issuer.token("basic", grant_type="refresh_token", refresh_token="x" * 17_000)
    assert (answer.status, answer.error) == (413, "invalid_request")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_only_post(issuer: Issuer, method: str) -> None:
    """RFC 6749 3.2: the client must use POST."""
    for path in ("/token", "/introspect", "/revoke"):
        assert issuer.call(method, path).status == 405


def test_empty_parameters_count_as_not_sent(issuer: Issuer) -> None:
    """RFC 6749 3.2."""
    body = urlencode({"grant_type": "client_credentials", "scope": "", "client_secret": ""})
    header = {"Authorization": basic("machine", secret_of("machine"))}
    assert issuer.call("POST", "/token", data=body, content_type=FORM, headers=header).status == 200


def test_browsers_may_call_from_the_origins_of_clients(issuer: Issuer) -> None:
    """P1: CORS for registered origins alone, never with credentials, and nowhere else."""
    for path in ("/token", "/revoke", "/userinfo", "/par"):
        ours = issuer.call("OPTIONS", path, headers={"Origin": "https://spa.example", "Access-Control-Request-Method": "POST"})
        assert ours.headers["Access-Control-Allow-Origin"] == "https://spa.example"
        assert "Access-Control-Allow-Credentials" not in ours.headers
        theirs = issuer.call("OPTIONS", path, headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in theirs.headers
    for path in ("/introspect", "/register", "/register/spa", "/authorize", "/logout", "/check-session", "/account"):
        for method in ("GET", "POST", "OPTIONS"):
            answer = issuer.call(method, path, headers={"Origin": "https://spa.example"})
            assert not [name for name, _ in answer.headers if name.startswith("Access-Control")], (method, path)


@pytest.mark.parametrize("form", ["jwt", "opaque"])
def test_a_client_may_have_access_tokens_of_its_own_lifetime(issuer: Issuer, form: str) -> None:
    """RFC 6749 5.1 expires_in, RFC 7662 2.2 exp: what is answered is what holds."""
    brief = issuer.add_client(
        "brief",
        grant_types=["client_credentials"],
        redirect_uris=[],
        scope="orders:read",
        access_token_lifetime=120,
        access_token_format=form,
    )
    made = brief.token(grant_type="client_credentials")
    assert made["expires_in"] == 120
    issuer.clock.advance(timedelta(seconds=119))
    assert brief.introspect(made["access_token"])["active"] is True
    issuer.clock.advance(timedelta(seconds=1))
    assert brief.introspect(made["access_token"])["active"] is False
