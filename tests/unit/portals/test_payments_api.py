"""Payments: taken from a strong and recent sign-in alone, and booked once."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
from werkzeug.datastructures import WWWAuthenticate

from tests.unit.portals.conftest import Portal
from tests.unit.portals.fake_provider import FakeProvider

AGREEMENT = "PCP-4471902"


def token_for(portal: Portal, provider: FakeProvider, **changes: Any) -> str:
    strong: dict[str, Any] = {"acr": "mfa", "auth_time": int(time.time())}
    return provider.access_token(f"{portal.url}/api", **(strong | changes))


def pay(
    portal: Portal, token: str, body: Any = None, key: str | None = "key-1", agreement: str = AGREEMENT
) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} | ({} if key is None else {"Idempotency-Key": key})
    body = {"amount": "150.00"} if body is None else body
    return requests.post(f"{portal.url}/api/agreements/{agreement}/payments", json=body, headers=headers, timeout=10)


def read(portal: Portal, token: str, part: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{portal.url}/api/agreements/{AGREEMENT}{part}", headers=headers, timeout=10).json()


def test_a_payment_is_booked_shows_and_lowers_the_debt(portal: Portal, provider: FakeProvider) -> None:
    token = token_for(portal, provider)
    before = read(portal, token)
    answer = pay(portal, token)
    assert answer.status_code == 201
    after, newest = read(portal, token), read(portal, token, "/payments")["payments"][0]
    assert newest == answer.json()["payment"]
    assert (newest["amount"], newest["method"]) == ("150.00", "Paid online")
    assert Decimal(before["outstanding"]) - Decimal(after["outstanding"]) == 150
    assert Decimal(before["payable"]) - Decimal(after["payable"]) == 150
    assert Decimal(after["next_payment"]["amount"]) < Decimal(before["next_payment"]["amount"])
    assert Decimal(after["total_to_pay"]) < Decimal(before["total_to_pay"])
    assert after["next_payment"]["due"] == before["next_payment"]["due"]


NOT_ENOUGH: dict[str, dict[str, Any]] = {
    "a password": {"acr": "pwd"},
    "a code by text": {"acr": "2sv"},
    "no level": {"acr": None},
    "an unknown level": {"acr": "urn:gold"},
    "a level that is no text": {"acr": ["mfa"]},
    "too old": {"auth_time": int(time.time()) - 400},
    "strong but old": {"acr": "phr", "auth_time": int(time.time()) - 400},
    "from the future": {"auth_time": int(time.time()) + 3600},
    "no time": {"auth_time": None},
}


@pytest.mark.parametrize("changes", NOT_ENOUGH.values(), ids=NOT_ENOUGH)
def test_a_sign_in_that_is_not_enough_is_challenged(portal: Portal, provider: FakeProvider, changes: dict[str, Any]) -> None:
    """RFC 9470 section 3."""
    answer = pay(portal, token_for(portal, provider, **changes))
    challenge = WWWAuthenticate.from_header(answer.headers["WWW-Authenticate"])
    assert answer.status_code == 401
    assert challenge is not None
    assert challenge.type == "bearer"
    assert challenge.parameters["error"] == "insufficient_user_authentication"
    assert challenge.parameters["error_description"]
    assert (challenge.parameters["acr_values"], challenge.parameters["max_age"]) == ("mfa", "300")
    assert provider.introspections == []
    assert "reference" not in str(read(portal, token_for(portal, provider), "/payments"))


def test_a_stronger_level_is_enough(portal: Portal, provider: FakeProvider) -> None:
    assert pay(portal, token_for(portal, provider, acr="phr")).status_code == 201


def test_a_fresh_token_ages(portal: Portal, provider: FakeProvider) -> None:
    token = token_for(portal, provider)
    portal.clock.advance(timedelta(seconds=310))
    assert pay(portal, token).status_code == 401


def test_a_token_that_was_revoked_pays_nothing(portal: Portal, provider: FakeProvider) -> None:
    token = token_for(portal, provider)
    provider.active = False
    answer = pay(portal, token)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert [asked["token"] for asked in provider.introspections] == [token]


def test_without_an_answer_of_the_provider_nothing_is_booked(portal: Portal, provider: FakeProvider) -> None:
    token = token_for(portal, provider)
    provider.introspection_status = 500
    assert pay(portal, token).status_code == 503
    assert "reference" not in str(read(portal, token, "/payments"))


def test_the_scope_is_needed_before_strength_is_asked_for(portal: Portal, provider: FakeProvider) -> None:
    assert pay(portal, token_for(portal, provider, scope="openid", acr="pwd")).status_code == 403


def test_a_repeat_is_answered_the_same_and_books_nothing(portal: Portal, provider: FakeProvider) -> None:
    token = token_for(portal, provider)
    first, again = pay(portal, token), pay(portal, token)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert str(read(portal, token, "/payments")).count("reference") == 1


def test_another_payment_under_the_same_key_is_refused(portal: Portal, provider: FakeProvider) -> None:
    token = token_for(portal, provider)
    pay(portal, token)
    answer = pay(portal, token, {"amount": "150.01"})
    assert (answer.status_code, answer.json()["error"]) == (422, "idempotency_key_reused")
    assert str(read(portal, token, "/payments")).count("reference") == 1


def test_keys_of_two_customers_are_strangers(portal: Portal, provider: FakeProvider) -> None:
    pay(portal, token_for(portal, provider))
    other = pay(portal, token_for(portal, provider, customer_number="ST-310552"), agreement="PCH-2208316")
    assert other.status_code == 201


def test_twenty_at_once_are_one_payment(portal: Portal, provider: FakeProvider) -> None:
    token = token_for(portal, provider)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: pay(portal, token), range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["payment"]["reference"] for answer in answers}) == 1
    assert str(read(portal, token, "/payments")).count("reference") == 1


def test_no_more_than_is_payable_whatever_comes_at_once(portal: Portal, provider: FakeProvider) -> None:
    token = token_for(portal, provider)
    half = f"{Decimal(read(portal, token)['payable']) / 2 + 1:.2f}"
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda turn: pay(portal, token, {"amount": half}, f"key-{turn}"), range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 5
    assert {answer.json()["error"] for answer in answers if answer.status_code == 422} == {"amount_too_large"}
    assert Decimal(read(portal, token)["payable"]) > 0


@pytest.mark.parametrize(
    "amount",
    ["0.00", "-1.00", "1", "1.5", "1.000", "01.00", "1e2", "NaN", "٣.٠٠", "", " 1.00", "99999999.00", 5, 1.5, None, []],
)
def test_an_amount_that_is_none(portal: Portal, provider: FakeProvider, amount: Any) -> None:
    answer = pay(portal, token_for(portal, provider), {"amount": amount})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_amount"})


@pytest.mark.parametrize("body", [[], "150.00", 1, {}])
def test_a_body_that_is_no_order(portal: Portal, provider: FakeProvider, body: Any) -> None:
    assert pay(portal, token_for(portal, provider), body).status_code == 400


@pytest.mark.parametrize("key", [None, "", "with space", "x" * 129])
def test_a_key_is_needed(portal: Portal, provider: FakeProvider, key: str | None) -> None:
    answer = pay(portal, token_for(portal, provider), key=key)
    assert (answer.status_code, answer.json()) == (400, {"error": "idempotency_key_missing"})


def test_the_agreement_of_somebody_else_takes_no_payment(portal: Portal, provider: FakeProvider) -> None:
    assert pay(portal, token_for(portal, provider), agreement="PCH-2208316").status_code == 404
    assert pay(portal, token_for(portal, provider, customer_number=None)).status_code == 404
