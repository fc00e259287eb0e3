"""Payments on their way: kept here while the customer proves who they are at the provider."""

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from portals.data.amortisation import PENNY
from portals.store import Store

# `open`: nothing was booked. `asked`: the provider asks for more proof. `unsure`: sent, and no answer was heard yet.
State = Literal["open", "asked", "unsure", "paid"]
LIFE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Draft:
    """One payment of one customer. `id` is also its idempotency key; a paid one has `reference` and `paid_on`."""

    id: str
    agreement: str
    amount: Decimal
    state: State
    reference: str | None
    paid_on: str | None


def new_draft_id() -> str:
    """Return the id of a payment that is yet to be filled in."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of one portal, each bound to the subject who made it."""

    store: Store

    def put(self, draft_id: str, sub: str, agreement: str, amount: Decimal, now: datetime) -> Draft | None:
        """Keep what is about to be sent, and return the draft; None where the id is somebody else's, or of another payment.

        A draft that was paid stays as it is: sending its form again must not change what the receipt says.
        """
        with self.store.connection() as db:
            db.execute("DELETE FROM drafts WHERE expires_at <= ?", (now.timestamp(),))
            db.execute(
                "INSERT INTO drafts (id, sub, agreement, pence, state, expires_at) VALUES (?, ?, ?, ?, 'unsure', ?)"
                " ON CONFLICT (id) DO UPDATE SET pence = excluded.pence, state = 'unsure', expires_at = excluded.expires_at"
                " WHERE sub = excluded.sub AND agreement = excluded.agreement AND state <> 'paid'",
                (draft_id, sub, agreement, int(amount / PENNY), (now + LIFE).timestamp()),
            )
        kept = self.find(draft_id, sub, now)
        # What the form said must be what is sent, never what its id says.
        return kept if kept and kept.agreement == agreement and (kept.state == "paid" or kept.amount == amount) else None

    def find(self, draft_id: str, sub: str, now: datetime) -> Draft | None:
        """Return the draft; None where it is too old, or not of this subject."""
        with self.store.connection() as db:
            row = db.execute(
                "SELECT * FROM drafts WHERE id = ? AND sub = ? AND expires_at > ?", (draft_id, sub, now.timestamp())
            ).fetchone()
        return None if row is None else _draft(row)

    def come_back(self, draft_id: str, sub: str, now: datetime) -> Draft | None:
        """Return the draft whose proof was asked for, to be sent this once; None where nothing was asked."""
        with self.store.connection() as db:
            row = db.execute(
                "UPDATE drafts SET state = 'unsure'"
                " WHERE id = ? AND sub = ? AND expires_at > ? AND state = 'asked' RETURNING *",
                (draft_id, sub, now.timestamp()),
            ).fetchone()
        return None if row is None else _draft(row)

    def give_up(self, draft_id: str, sub: str) -> None:
        """Stop waiting for the proof: what was asked is not sent any more unless the customer sends the form again."""
        with self.store.connection() as db:
            db.execute("UPDATE drafts SET state = 'open' WHERE id = ? AND sub = ? AND state = 'asked'", (draft_id, sub))

    def mark(self, draft_id: str, state: Literal["open", "asked"]) -> None:
        """Note how the attempt ended without a booking. A paid draft stays paid."""
        with self.store.connection() as db:
            db.execute("UPDATE drafts SET state = ? WHERE id = ? AND state <> 'paid'", (state, draft_id))

    def paid(self, draft_id: str, reference: str, paid_on: str) -> None:
        """Note the booking."""
        with self.store.connection() as db:
            db.execute(
                "UPDATE drafts SET state = 'paid', reference = ?, paid_on = ? WHERE id = ?", (reference, paid_on, draft_id)
            )


def _draft(row: sqlite3.Row) -> Draft:
    return Draft(
        id=row["id"],
        agreement=row["agreement"],
        amount=(row["pence"] * PENNY).quantize(PENNY),
        state=row["state"],
        reference=row["reference"],
        paid_on=row["paid_on"],
    )
