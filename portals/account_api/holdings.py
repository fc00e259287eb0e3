"""What the bearer of the current access token has: nothing of anybody else can be reached from here."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from authlib.integrations.flask_oauth2 import current_token

from portals.account_api.ledger import Ledger
from portals.account_api.shapes import booked_json, payment_json
from portals.data.agreements import Agreement, Customer, payments
from portals.data.amortisation import ZERO
from portals.data.customers import Books


@dataclass(frozen=True, slots=True)
class Holdings:
    """The books and the ledger, as the bearer may see them."""

    books: Books
    ledger: Ledger

    def customer(self) -> Customer | None:
        """Return the bearer's customer record; None where there is none at this brand."""
        return self.books.customer(current_token.customer_number)

    def agreements(self) -> tuple[Agreement, ...]:
        """Return the bearer's agreements with what was paid beside the instalments."""
        owner = self.customer()
        return () if owner is None else tuple(self._with_bookings(owner, one) for one in owner.agreements)

    def agreement(self, agreement_id: str) -> Agreement | None:
        """Return one of the bearer's agreements; another customer's id is as unknown as an invented one."""
        owner = self.customer()
        found = None if owner is None else owner.agreement(agreement_id)
        return None if owner is None or found is None else self._with_bookings(owner, found)

    def history(self, agreement: Agreement, today: date) -> list[dict[str, Any]]:
        """Return what was collected and what the bearer paid for `agreement`, newest first."""
        made = [booked_json(row) for row in self.ledger.of_agreement(current_token.customer_number, agreement.id)]
        rows = made + [payment_json(row) for row in payments(agreement, today)]
        return sorted(rows, key=lambda row: str(row["collected"]), reverse=True)

    def _with_bookings(self, owner: Customer, agreement: Agreement) -> Agreement:
        booked = self.ledger.of_agreement(owner.number, agreement.id)
        return replace(agreement, overpaid=sum((row.amount for row in booked), ZERO))
