"""The JSON of the account API. Money is a string with two places, a day is ISO 8601, so that nothing is rounded.

Names are in the language that the caller accepts (RFC 9110 12.5.4).
"""

from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response, jsonify

from portals.account_api.ledger import Booked
from portals.data.agreements import Agreement, Document, Payment, Rental
from portals.data.amortisation import Instalment, Terms
from portals.language import N_, _

KIND_NAMES = {"HP": N_("Hire purchase"), "PCP": N_("Personal contract purchase"), "lease": N_("Contract hire")}


def agreement_json(agreement: Agreement, today: date) -> dict[str, Any]:
    """Return the summary of an agreement as of `today`."""
    lines = agreement.lines(today)
    following = lines[agreement.paid] if agreement.paid < len(lines) else None
    return {
        "id": agreement.id,
        "kind": agreement.kind,
        "kind_name": _(KIND_NAMES[agreement.kind]),
        "vehicle": {
            "make": agreement.vehicle.make,
            "model": agreement.vehicle.model,
            "plate": agreement.vehicle.plate,
        },
        "outstanding": money(agreement.outstanding(today)),
        "payable": money(agreement.payable(today) - agreement.overpaid),
        "next_payment": following and {"amount": money(following.payment), "due": following.due.isoformat()},
        "regular_payment": money(lines[-2 if len(lines) > 1 else -1].payment),
        "instalments": len(lines),
        "paid": agreement.paid,
        "first_due": lines[0].due.isoformat(),
        "last_due": lines[-1].due.isoformat(),
        "miles_a_year": agreement.miles_a_year,
        "interest_to_pay": money(sum((line.interest for line in lines), Decimal(0))),
        "total_to_pay": money(sum((line.payment for line in lines), lines[-1].balance + agreement.overpaid)),
        **_terms_json(agreement.terms),
    }


def _terms_json(terms: Terms | Rental) -> dict[str, Any]:
    match terms:
        case Terms():
            balloon = money(terms.balloon) if terms.balloon else None
            return {"financed": money(terms.financed), "apr": str(terms.apr), "balloon": balloon}
        case Rental():
            return {"financed": None, "apr": None, "balloon": None}


def line_json(line: Instalment, *, paid: bool) -> dict[str, Any]:
    """Return one line of a repayment schedule."""
    return {
        "number": line.number,
        "due": line.due.isoformat(),
        "payment": money(line.payment),
        "interest": money(line.interest),
        "principal": money(line.principal),
        "balance": money(line.balance),
        "paid": paid,
    }


def payment_json(payment: Payment) -> dict[str, Any]:
    """Return one collected payment."""
    return {
        "number": payment.number,
        "due": payment.due.isoformat(),
        "collected": payment.collected.isoformat(),
        "amount": money(payment.amount),
        "method": _("Direct debit"),
    }


def booked_json(booked: Booked) -> dict[str, Any]:
    """Return one payment the customer made; it belongs to no instalment."""
    return {
        "number": None,
        "due": None,
        "collected": booked.booked_at.date().isoformat(),
        "amount": money(booked.amount),
        "method": _("Paid online"),
        "reference": booked.reference,
    }


def document_json(document: Document) -> dict[str, Any]:
    """Return one entry of the post box."""
    return {"id": document.id, "title": document.title, "dated": document.dated.isoformat(), "pages": document.pages}


def refusal(status: int, error: str, **more: str) -> Response:
    """Return the answer that says what was wrong."""
    answer = jsonify({"error": error, **more})
    answer.status_code = status
    return answer


def money(amount: Decimal) -> str:
    """Return an amount in pounds with two places."""
    return f"{amount:.2f}"
