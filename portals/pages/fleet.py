"""The sums of several agreements."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class FleetTotals:
    """What a customer with several vehicles wants to see first; amounts in pounds."""

    vehicles: int
    outstanding: Decimal
    next_due: str | None
    next_amount: Decimal
    month_amount: Decimal


def fleet_totals(agreements: list[dict[str, Any]]) -> FleetTotals:
    """Add up `agreements`. `next_amount` is what falls due together on the first coming due date."""
    coming = [row["next_payment"] for row in agreements if row["next_payment"]]
    first = min((payment["due"] for payment in coming), default=None)
    return FleetTotals(
        vehicles=len(agreements),
        outstanding=sum((Decimal(row["outstanding"]) for row in agreements), Decimal(0)),
        next_due=first,
        next_amount=sum((Decimal(one["amount"]) for one in coming if one["due"] == first), Decimal(0)),
        month_amount=sum((Decimal(one["amount"]) for one in coming), Decimal(0)),
    )
