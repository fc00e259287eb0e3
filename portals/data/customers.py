"""Reads the sample customers of a brand."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from portals.data.agreements import Agreement, Customer, Rental, Vehicle
from portals.data.amortisation import ZERO, Terms

CUSTOMERS_DIR = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Books:
    """The customers of one brand by customer number."""

    customers: dict[str, Customer]

    def customer(self, number: str | None) -> Customer | None:
        """Return the customer with this number; None where there is none, or none was given."""
        return None if number is None else self.customers.get(number)

    def holder(self, agreement: str) -> Customer | None:
        """Return whose agreement this is, however its number is spelled; None where there is no such agreement."""
        wanted = plain(agreement)
        return next((one for one in self.customers.values() if any(plain(a.id) == wanted for a in one.agreements)), None)


def plain(typed: str) -> str:
    """Return a number or postcode as it is compared: letters and digits alone, in capitals."""
    return "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())


@cache
def load_books(brand_id: str) -> Books:
    """Return the books of a brand. A brand without a file has no customers yet."""
    path = CUSTOMERS_DIR / f"{brand_id}.yaml"
    rows = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    return Books({number: _customer(number, row) for number, row in rows.items()})


def _customer(number: str, row: dict[str, Any]) -> Customer:
    agreements = tuple(_agreement(one) for one in row["agreements"])
    told = {name: row.get(name) for name in ("email", "phone", "given_name", "family_name")}
    known = {name: row[name] for name in ("name", "since", "birth_date", "postcode")}
    return Customer(number=number, agreements=agreements, **known, **told)


def _agreement(row: dict[str, Any]) -> Agreement:
    return Agreement(
        id=row["id"],
        kind=row["kind"],
        vehicle=Vehicle(**row["vehicle"]),
        terms=_terms(row),
        due_day=row["due_day"],
        paid=row["paid"],
        miles_a_year=row.get("miles_a_year"),
    )


def _terms(row: dict[str, Any]) -> Terms | Rental:
    if row["kind"] == "lease":
        return Rental(initial=Decimal(row["initial"]), monthly=Decimal(row["monthly"]), months=row["months"])
    balloon = Decimal(row["balloon"]) if "balloon" in row else ZERO
    return Terms(financed=Decimal(row["financed"]), apr=Decimal(row["apr"]), instalments=row["months"], balloon=balloon)
