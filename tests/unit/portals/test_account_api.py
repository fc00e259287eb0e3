"""The account API shows nothing to a token that was not issued for it."""

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from joserfc.jwk import ECKey

from tests.unit.portals.conftest import Portal
from tests.unit.portals.fake_provider import FakeProvider

AGREEMENT = "PCP-4471902"
PATHS = ["customer", "agreements"] + [f"agreements/{AGREEMENT}{part}" for part in ("", "/schedule", "/payments", "/documents")]


def ask(portal: Portal, token: str | None, path: str = "agreements") -> requests.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return requests.get(f"{portal.url}/api/{path}", headers=headers, timeout=10)


def token_for(portal: Portal, provider: FakeProvider, **changes: Any) -> str:
    return provider.access_token(f"{portal.url}/api", **changes)


@pytest.mark.parametrize("path", PATHS)
def test_a_good_token_is_served(portal: Portal, provider: FakeProvider, path: str) -> None:
    answer = ask(portal, token_for(portal, provider), path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_the_challenge_names_no_error(portal: Portal, path: str) -> None:
    """RFC 6750 section 3.1, RFC 9449 section 7.1."""
    answer = ask(portal, None, path)
    assert answer.status_code == 401
    realm = f'realm="{portal.url}/api"'
    assert answer.headers["WWW-Authenticate"] == f'Bearer {realm}, DPoP {realm}, algs="ES256 EdDSA PS256"'


NOW = int(time.time())
BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 60},
    "no end": {"exp": None},
    "end is no number": {"exp": "tomorrow"},
    "end is not a number": {"exp": float("nan")},
    "from the future": {"iat": NOW + 3600},
    "not yet": {"nbf": NOW + 3600},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "http://localhost:9002/api"},
    "the portal as audience": {"aud": "stellantis-portal"},
    "a longer audience": {"aud": "http://localhost/api/more"},
    "no audience": {"aud": None},
    "no subject": {"sub": None},
    "no client": {"client_id": None},
    "no jti": {"jti": None},
    "an ID token": {"typ": "JWT"},
    "a logout token": {"typ": "logout+jwt"},
}


@pytest.mark.parametrize("changes", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_a_token_that_does_not_hold(portal: Portal, provider: FakeProvider, changes: dict[str, Any]) -> None:
    answer = ask(portal, token_for(portal, provider, **changes))
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert "agreements" not in answer.text


def test_another_audience_among_others_is_no_obstacle(portal: Portal, provider: FakeProvider) -> None:
    token = provider.access_token(f"{portal.url}/api", aud=["https://other.example", f"{portal.url}/api"])
    assert ask(portal, token).status_code == 200


def test_a_foreign_key_under_the_same_kid(portal: Portal, provider: FakeProvider) -> None:
    foreign = ECKey.generate_key("P-256", {"alg": "ES256", "kid": provider.key.kid})
    assert ask(portal, token_for(portal, provider, key=foreign)).status_code == 401


def test_another_algorithm_of_the_same_issuer(portal: Portal, provider: FakeProvider) -> None:
    assert ask(portal, token_for(portal, provider, key=provider.rsa)).status_code == 401


def tampered(token: str) -> str:
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "==")) | {"customer_number": "ST-900077"}
    return ".".join((head, base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="), signature))


def unsigned(token: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').decode().rstrip("=")
    return f"{head}.{token.split('.')[1]}."


def truncated(token: str) -> str:
    return token[:-4]


@pytest.mark.parametrize("change", [tampered, unsigned, truncated])
def test_a_changed_token(portal: Portal, provider: FakeProvider, change: Callable[[str], str]) -> None:
    assert ask(portal, change(token_for(portal, provider))).status_code == 401


@pytest.mark.parametrize(
    "token", ["x", "a.b.c", "....", "e30.e30.", "\x7f" * 9, "é", "A" * 7000, base64.b64encode(b"[" * 4000).decode()]
)
def test_garbage_is_refused_without_a_fault(portal: Portal, token: str) -> None:
    headers = {"Authorization": b"Bearer " + token.encode()}
    answer = requests.get(f"{portal.url}/api/agreements", headers=headers, timeout=10)
    assert answer.status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Basic YTpi", "DPoP", "bearer  "])
def test_other_schemes_are_challenged(portal: Portal, header: str) -> None:
    answer = requests.get(f"{portal.url}/api/agreements", headers={"Authorization": header}, timeout=10)
    assert answer.status_code == 401
    assert "error" not in answer.headers["WWW-Authenticate"]


def test_a_token_in_the_query_counts_for_nothing(portal: Portal, provider: FakeProvider) -> None:
    token = token_for(portal, provider)
    answer = requests.get(f"{portal.url}/api/agreements?access_token={token}", timeout=10)
    assert answer.status_code == 401


@pytest.mark.parametrize("scope", ["openid profile", "", None, "accounts.read", ["accounts"]])
def test_the_scope_is_needed(portal: Portal, provider: FakeProvider, scope: Any) -> None:
    answer = ask(portal, token_for(portal, provider, scope=scope))
    assert answer.status_code == 403
    assert 'error="insufficient_scope", scope="accounts"' in answer.headers["WWW-Authenticate"]


def test_no_customer_number_means_nothing_to_see(portal: Portal, provider: FakeProvider) -> None:
    token = token_for(portal, provider, customer_number=None)
    assert ask(portal, token).json() == {"agreements": []}
    assert ask(portal, token, "customer").json() == {"customer": None}
    assert ask(portal, token, f"agreements/{AGREEMENT}").status_code == 404


@pytest.mark.parametrize("number", ["AL-773105", "ST-000000", 5, ["ST-204118"], ""])
def test_a_number_of_nobody_here(portal: Portal, provider: FakeProvider, number: Any) -> None:
    assert ask(portal, token_for(portal, provider, customer_number=number)).json() == {"agreements": []}


@pytest.mark.parametrize("part", ["", "/schedule", "/payments", "/documents"])
def test_the_agreement_of_somebody_else_is_unknown(portal: Portal, provider: FakeProvider, part: str) -> None:
    answer = ask(portal, token_for(portal, provider), f"agreements/PCH-2208316{part}")
    assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})


def test_a_token_of_the_other_brand_shows_nothing(start_portal: Callable[[str], Portal], provider: FakeProvider) -> None:
    stellantis, alphera = start_portal("stellantis"), start_portal("alphera")
    assert ask(alphera, token_for(stellantis, provider)).status_code == 401
    assert ask(alphera, token_for(alphera, provider, customer_number="AL-773105")).json()["agreements"]


def test_the_summary_agrees_with_the_schedule(portal: Portal, provider: FakeProvider) -> None:
    token = token_for(portal, provider)
    summary = ask(portal, token, f"agreements/{AGREEMENT}").json()
    lines = ask(portal, token, f"agreements/{AGREEMENT}/schedule").json()["schedule"]
    assert summary["outstanding"] == lines[summary["paid"] - 1]["balance"]
    assert summary["next_payment"] == {"amount": lines[summary["paid"]]["payment"], "due": lines[summary["paid"]]["due"]}
    assert lines[-1]["balance"] == summary["balloon"]


def test_the_customer_record_asks_whether_the_token_still_counts(portal: Portal, provider: FakeProvider) -> None:
    token = token_for(portal, provider)
    assert ask(portal, token, "customer").status_code == 200
    assert [asked["token"] for asked in provider.introspections] == [token]
    provider.active = False
    answer = ask(portal, token, "customer")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert "Ferreira" not in answer.text


@pytest.mark.parametrize("status", [401, 500])
def test_without_an_answer_nothing_is_shown(portal: Portal, provider: FakeProvider, status: int) -> None:
    provider.introspection_status = status
    answer = ask(portal, token_for(portal, provider), "customer")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Ferreira" not in answer.text


def test_a_token_that_does_not_hold_is_not_even_asked_about(portal: Portal, provider: FakeProvider) -> None:
    assert ask(portal, token_for(portal, provider, aud="https://other.example"), "customer").status_code == 401
    assert provider.introspections == []


def test_unknown_kids_do_not_become_requests(portal: Portal, provider: FakeProvider) -> None:
    ask(portal, token_for(portal, provider))
    before = provider.jwks_calls
    for _ in range(10):
        stranger = ECKey.generate_key("P-256", {"alg": "ES256"}, auto_kid=True)
        assert ask(portal, token_for(portal, provider, key=stranger)).status_code == 401
    assert provider.jwks_calls == before


def test_a_rotated_key_is_found(portal: Portal, provider: FakeProvider) -> None:
    ask(portal, token_for(portal, provider))
    provider.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    portal.clock.advance(timedelta(seconds=11))
    assert ask(portal, token_for(portal, provider)).status_code == 200


def test_the_api_publishes_its_own_key(portal: Portal) -> None:
    api = requests.get(f"{portal.url}/api/jwks.json", timeout=10).json()["keys"][0]
    relying_party = requests.get(f"{portal.url}/.well-known/jwks.json", timeout=10).json()["keys"][0]
    assert api["kid"] != relying_party["kid"]
    assert "d" not in api
    assert "d" not in relying_party
