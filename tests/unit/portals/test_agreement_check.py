"""The account API tells of an agreement only to the provider, once for each request, and no more than was asked."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
import requests
from joserfc import jws
from joserfc.jwk import ECKey, KeySet

from tests.unit.portals.conftest import Portal
from tests.unit.portals.fake_provider import FakeProvider

WHO = {"birth_date": "1991-02-18", "postcode": "nr2 3fj"}
ON_FILE = {"email": "elin@example.test", "phone": "+447700900206", "given_name": "Elin", "family_name": "Moss"}


def question(portal: Portal, provider: FakeProvider, typ: str = "agreement-check+jwt", key: Any = None, **changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": provider.issuer, "aud": f"{portal.url}/api", "iat": now, "exp": now + 60, "jti": f"j{time.monotonic_ns()}"}
    return provider.signed(typ, claims | {"agreement": "pcp 4903127"} | changes, key)


def ask(portal: Portal, token: str, kind: str = "application/jwt") -> requests.Response:
    return requests.post(f"{portal.url}/api/agreement-check", data=token, headers={"Content-Type": kind}, timeout=10)


def told(portal: Portal, answer: requests.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    keys = KeySet.import_key_set(requests.get(f"{portal.url}/api/jwks.json", timeout=10).json())
    found = jws.deserialize_compact(answer.content, keys, algorithms=["ES256"])
    assert found.headers()["typ"] == "agreement-answer+jwt"
    claims: dict[str, Any] = json.loads(found.payload)
    return claims


def test_what_matches_is_told_signed_for_the_one_who_asked(portal: Portal, provider: FakeProvider) -> None:
    claims = told(portal, ask(portal, question(portal, provider, jti="this one", **WHO)))
    assert claims | ON_FILE | {"match": True, "customer_number": "ST-415206"} == claims
    assert (claims["iss"], claims["aud"], claims["jti"]) == (f"{portal.url}/api", provider.issuer, "this one")


def test_a_number_alone_gives_the_customer_number(portal: Portal, provider: FakeProvider) -> None:
    claims = told(portal, ask(portal, question(portal, provider)))
    assert (claims["match"], claims["customer_number"]) == (True, "ST-415206")
    assert not ON_FILE.keys() & claims.keys()


@pytest.mark.parametrize(
    "wrong", [{"birth_date": "1991-02-19"}, {"postcode": "NR2 3FK"}, {"postcode": None}, {"agreement": "PCP-1"}]
)
def test_what_does_not_match_is_told_nothing(portal: Portal, provider: FakeProvider, wrong: dict[str, Any]) -> None:
    claims = told(portal, ask(portal, question(portal, provider, **(WHO | wrong))))
    assert claims["match"] is False
    assert not (ON_FILE.keys() | {"customer_number"}) & claims.keys()


NOW = int(time.time())
BAD: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "http://localhost:9002/api"},
    "expired": {"iat": NOW - 600, "exp": NOW - 540},
    "good for a day": {"exp": NOW + 86400},
    "no end": {"exp": None},
    "from the future": {"iat": NOW + 3600},
    "no jti": {"jti": None},
    "a jti without end": {"jti": "x" * 300},
    "an access token": {"typ": "at+jwt"},
    "no agreement": {"agreement": None},
    "an agreement and answers": {"answers": {"postcode": "NR23FJ"}, "customer_number": "ST-415206"},
    "answers of nobody": {"agreement": None, "answers": {"postcode": "NR23FJ"}},
    "a customer without answers": {"agreement": None, "customer_number": "ST-415206"},
    "answers that are a list": {"agreement": None, "customer_number": "ST-415206", "answers": ["NR23FJ"]},
    "an answer that is a number": {"agreement": None, "customer_number": "ST-415206", "answers": {"postcode": 1}},
    "answers without end": {"agreement": None, "customer_number": "ST-415206", "answers": {f"a{n}": "1" for n in range(11)}},
    "an agreement that is a list": {"agreement": ["PCP-4903127"]},
    "a postcode that is a number": {"postcode": 1},
    "a foreign key": {"key": ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD)
def test_a_request_that_does_not_hold(portal: Portal, provider: FakeProvider, changes: dict[str, Any]) -> None:
    answer = ask(portal, question(portal, provider, **(WHO | changes)))
    assert answer.status_code == 401
    assert "ST-" not in answer.text


def test_a_request_counts_once(portal: Portal, provider: FakeProvider) -> None:
    token = question(portal, provider, **WHO)
    assert [ask(portal, token).status_code for _ in range(3)] == [200, 401, 401]
    portal.clock.advance(timedelta(minutes=5))
    assert ask(portal, token).status_code == 401


def test_garbage(portal: Portal) -> None:
    assert ask(portal, "not a token").status_code == 401
    assert ask(portal, "\xff\x00" * 200).status_code == 401
    assert ask(portal, "{}", "application/json").status_code == 415


RIGHT = {"agreement": "PCP4903127", "birth_date": "1991-02-18", "postcode": "NR23FJ", "full_name": "elin  MOSS"}


@pytest.mark.parametrize("wrong", [None, *RIGHT])
def test_each_answer_of_a_caller_is_judged_by_itself(portal: Portal, provider: FakeProvider, wrong: str | None) -> None:
    answers = RIGHT | ({wrong: "1901-01-01"} if wrong else {})
    asked = question(portal, provider, agreement=None, customer_number="ST-415206", answers=answers)
    claims = told(portal, ask(portal, asked))
    assert claims["verdicts"] == {name: name != wrong for name in RIGHT}
    assert not (ON_FILE.keys() | {"customer_number", "match"}) & claims.keys()


def test_of_nobody_and_of_what_is_not_known_nothing_is_right(portal: Portal, provider: FakeProvider) -> None:
    for number, answers in (("ST-0", RIGHT), ("ST-415206", {"shoe_size": "42", "last_payment": "NaN", "vehicle": ""})):
        asked = question(portal, provider, agreement=None, customer_number=number, answers=answers)
        assert set(told(portal, ask(portal, asked))["verdicts"].values()) == {False}
