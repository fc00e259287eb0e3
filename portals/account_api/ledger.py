"""The payments customers made themselves, each booked once however often it is asked for."""

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from portals.data.amortisation import PENNY
from portals.store import Store

SCHEMA = """
CREATE TABLE IF NOT EXISTS bookings (
    customer TEXT NOT NULL, key TEXT NOT NULL, reference TEXT NOT NULL UNIQUE, agreement TEXT NOT NULL,
    pence INTEGER NOT NULL CHECK (pence > 0), booked_at REAL NOT NULL,
    PRIMARY KEY (customer, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS bookings_by_agreement ON bookings (customer, agreement, booked_at);
"""


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer wants paid; `key` is the idempotency key, `amount` is in pounds."""

    customer: str
    key: str
    agreement: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Booked:
    """A payment that stands in the books."""

    reference: str
    agreement: str
    amount: Decimal
    booked_at: datetime


@dataclass(frozen=True, slots=True)
class KeyTaken:
    """The idempotency key stands for another payment."""


@dataclass(frozen=True, slots=True)
class TooMuch:
    """With this payment the agreement would have been paid more than may be paid this way."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The bookings of one brand."""

    store: Store

    def book(self, order: Order, most: Decimal, now: datetime) -> Booked | KeyTaken | TooMuch:
        """Book `order` unless all bookings of its agreement would pass `most`; a repeat returns the first booking."""
        pence, limit = _pence(order.amount), _pence(most)
        with self.store.connection() as db:
            # The sum is taken inside the insert: two payments at once cannot pass the limit together.
            db.execute(
                "INSERT INTO bookings (customer, key, reference, agreement, pence, booked_at)"
                " SELECT :customer, :key, :reference, :agreement, :pence, :now WHERE :pence + (SELECT coalesce(sum(pence), 0)"
                " FROM bookings WHERE customer = :customer AND agreement = :agreement) <= :limit"
                " ON CONFLICT (customer, key) DO NOTHING",
                {
                    "customer": order.customer,
                    "key": order.key,
                    "reference": f"P-{secrets.token_hex(5).upper()}",
                    "agreement": order.agreement,
                    "pence": pence,
                    "now": now.timestamp(),
                    "limit": limit,
                },
            )
            row = db.execute("SELECT * FROM bookings WHERE customer = ? AND key = ?", (order.customer, order.key)).fetchone()
        if row is None:
            return TooMuch()
        return _booked(row) if (row["agreement"], row["pence"]) == (order.agreement, pence) else KeyTaken()

    def of_agreement(self, customer: str, agreement: str) -> tuple[Booked, ...]:
        """Return what was booked for one agreement, newest first."""
        with self.store.connection() as db:
            rows = db.execute(
                "SELECT * FROM bookings WHERE customer = ? AND agreement = ? ORDER BY booked_at DESC", (customer, agreement)
            ).fetchall()
        return tuple(_booked(row) for row in rows)


def _pence(amount: Decimal) -> int:
    return int(amount / PENNY)


def _booked(row: sqlite3.Row) -> Booked:
    return Booked(
        reference=row["reference"],
        agreement=row["agreement"],
        amount=(row["pence"] * PENNY).quantize(PENNY),
        booked_at=datetime.fromtimestamp(row["booked_at"], UTC),
    )
