"""The trail is sent to a receiver out of the provider's reach, in the order of the chain, each entry at least once.

A delivery in the outbox stands for "what comes next": it holds no entries and waits alone, so that a receiver that is down for
days makes nothing grow. What was delivered is a position in the database; the same transaction that moves it on enqueues the
next delivery. `docs/audit.md` tells receivers what they get.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select, update

from idp.core.audit import entry_of
from idp.core.audit_links import head_signer, last_cut
from idp.core.audit_tables import audit_entries, audit_links, audit_sent, trail_keys
from idp.core.clock import Clock
from idp.core.database import Database, upsert
from idp.core.fetcher import Fetcher, FetchRefused
from idp.core.outbox_rows import WAITING, Attempt, Delivered, Outcome, Retry, enqueue, outbox
from idp.core.sealing import Keyring

KIND = "audit_trail"
SIGNATURE = "IDP-Signature"
AT_ONCE = 200
ONLY = 1
TOLD = (
    "id",
    "event",
    "outcome",
    "reason",
    "actor",
    "subject_id",
    "client_id",
    "brand",
    "session_digest",
    "acr",
    "amr",
    "details",
)


@dataclass(frozen=True, slots=True)
class Sending:
    """Sends the trail to `url`, signed with `secret`. Without `personal`, addresses and devices stay here."""

    url: str
    secret: bytes
    issuer: str
    personal: bool
    database: Database
    keyring: Keyring
    clock: Clock
    fetcher: Fetcher

    def offer(self) -> int:
        """Enqueues a delivery where entries wait and none is under way; answers how many it enqueued."""
        with self.database.reading() as db:
            if not self._waits(db) or _is_under_way(db):
                return 0
        with self.database.transaction() as db:
            begun = {"id": ONLY, "position": last_cut(db, self.keyring).position, "sent_at": self.clock.now()}
            db.execute(upsert(db, audit_sent).on_conflict_do_nothing(), begun)
            db.execute(select(audit_sent).with_for_update())  # of two workers the second sees the delivery of the first
            if _is_under_way(db):
                return 0
            self._enqueue(db)
        return 1

    def deliver(self, _payload: dict[str, Any], attempt: Attempt) -> Outcome:
        """Posts the entries that come next. Whatever the receiver answers but 2xx, they are sent again."""
        with self.database.reading() as db:
            after = sent(db)
            rows = db.execute(_next(after)).mappings().all()
        if not rows:
            return Delivered()
        body, at = self._body(rows), int(attempt.now.timestamp())
        headers = {"Content-Type": "application/json", SIGNATURE: signature(self.secret, body, at)}
        try:
            status = self.fetcher.post(self.url, body, headers)
        except FetchRefused as refused:
            return Retry(refused.because)
        if not 200 <= status < 300:
            return Retry(f"the receiver answered {status}")
        with self.database.transaction() as db:
            mine = (audit_sent.c.id == ONLY) & (audit_sent.c.position == after)
            reached = {"position": rows[-1]["position"], "sent_at": self.clock.now()}
            if db.execute(update(audit_sent).where(mine).values(reached)).rowcount == 1 and self._waits(db):
                self._enqueue(db)
        return Delivered()

    def _waits(self, db: Connection) -> bool:
        return db.scalar(select(audit_links.c.position).where(audit_links.c.position > sent(db)).limit(1)) is not None

    def _enqueue(self, db: Connection) -> None:
        enqueue(db, self.keyring, KIND, {}, self.clock, target=KIND)

    def _body(self, rows: Any) -> bytes:
        last = {"position": rows[-1]["position"], "link": rows[-1]["link"]}
        told = {
            "issuer": self.issuer,
            "first": rows[0]["position"],
            "last": rows[-1]["position"],
            "head": head_signer(self.keyring).sign(last, self.clock.now()),
            "entries": [self._told(row) for row in rows],
        }
        return json.dumps(told).encode()

    def _told(self, row: RowMapping) -> dict[str, Any]:
        place = {"position": row["position"], "link": row["link"]}
        if row["id"] is None:
            return place | {"id": row["entry_id"], "removed": True}
        entry = entry_of(self.keyring, row)
        told = place | {"occurred_at": entry.occurred_at.isoformat()} | {name: getattr(entry, name) for name in TOLD}
        return told | ({"personal": entry.personal} if self.personal else {})


def signature(secret: bytes, body: bytes, at: int) -> str:
    """The header by which a receiver knows that `body` came from us, `at` that second, and not later from somebody else."""
    proof = hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={proof.hexdigest()}"


def sent(db: Connection) -> int:
    """Up to which position the receiver has the trail."""
    return db.scalar(select(audit_sent.c.position)) or 0


def _next(after: int) -> Select[Any]:
    entries = audit_links.outerjoin(audit_entries, audit_entries.c.id == audit_links.c.entry_id)
    keyed = entries.outerjoin(trail_keys, trail_keys.c.subject_id == audit_entries.c.subject_id)
    query = select(audit_links, audit_entries, trail_keys.c.sealed_key).select_from(keyed)
    return query.where(audit_links.c.position > after).order_by(audit_links.c.position).limit(AT_ONCE)


def _is_under_way(db: Connection) -> bool:
    return db.scalar(select(outbox.c.id).where(outbox.c.kind == KIND, WAITING).limit(1)) is not None
