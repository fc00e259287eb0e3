"""Taking a payment: by a strong and recent sign-in, with a token that still counts, once per idempotency key."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from authlib.integrations.flask_oauth2 import current_token
from flask import Blueprint, Response, jsonify, request

from portals.account_api.bearer import SCOPE, Guard
from portals.account_api.ledger import Booked, KeyTaken, Ledger, Order, TooMuch
from portals.account_api.shapes import booked_json, money, refusal
from portals.account_api.strength import PAYMENT
from portals.clock import Clock
from portals.data.agreements import Agreement

AMOUNT = re.compile(r"(0|[1-9][0-9]{0,6})\.[0-9]{2}", re.ASCII)
KEY = re.compile(r"[\x21-\x7e]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Orders:
    """What taking a payment needs: the bearer's own agreement by its id, the ledger and the time."""

    agreement: Callable[[str], Agreement | None]
    ledger: Ledger
    clock: Clock

    def take(self, agreement_id: str) -> Response:
        """Book what the request's body asks for, and answer with the booking or with what is wrong."""
        found, key, amount = self.agreement(agreement_id), request.headers.get("Idempotency-Key", ""), _amount()
        if found is None:
            return refusal(404, "not_found")
        if not KEY.fullmatch(key):
            return refusal(400, "idempotency_key_missing")
        if amount is None:
            return refusal(400, "invalid_amount")
        now = self.clock()
        most = found.payable(now.date())
        match self.ledger.book(Order(current_token.customer_number, key, found.id, amount), most, now):
            case Booked() as booked:
                answer = jsonify({"payment": booked_json(booked)})
                answer.status_code = 201
                return answer
            case KeyTaken():
                return refusal(422, "idempotency_key_reused")
            case TooMuch():
                return refusal(422, "amount_too_large", payable=money(most - found.overpaid))
            case other:
                assert_never(other)


def order_routes(api: Blueprint, guard: Guard, is_active: Callable[[str], bool], orders: Orders) -> None:
    """Add `POST /agreements/<id>/payments` to `api`."""

    @api.post("/agreements/<agreement_id>/payments")
    @guard.requires(SCOPE)
    def make_payment(agreement_id: str) -> Response:
        # Judged before the provider is asked about the token: a weak sign-in costs it nothing.
        guard.demand(PAYMENT, orders.clock())
        guard.demand_live(is_active)
        return orders.take(agreement_id)


def _amount() -> Decimal | None:
    body = request.get_json(silent=True)
    text = body.get("amount") if isinstance(body, dict) else None
    if not isinstance(text, str) or not AMOUNT.fullmatch(text) or not Decimal(text):
        return None
    return Decimal(text)
