"""Deliveries that must not be lost: mail, texts, logout tokens.

A delivery is enqueued in the transaction that makes it due. The worker leases it, delivers, and marks it: a worker that
is killed in between delivers again (at least once), never not at all.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    and_,
    delete,
    or_,
    select,
    update,
)

from idp.core.clock import Clock
from idp.core.database import UTCDateTime, metadata, upsert
from idp.core.sealing import Keyring

PURPOSE = "outbox payload"
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=24)
DELIVERED_KEPT = timedelta(days=7)
FAILED_KEPT = timedelta(days=30)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("kind", String(32), nullable=False),
    Column("payload_sealed", LargeBinary, nullable=True),
    Column("target", Text, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("next_try_at", UTCDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("delivered_at", UTCDateTime, nullable=True),
    Column("failed_at", UTCDateTime, nullable=True),
    Column("last_error", Text, nullable=False),
    Column("lease_until", UTCDateTime, nullable=True),
    Column("dedupe_key", String(255), nullable=True, unique=True),
    # The id of whom it tells something about themselves, so that support sees whether it arrived.
    Column("about", String(40), nullable=True, index=True),
    Column("brand", String(32), nullable=True),
    sqlite_autoincrement=True,
)
WAITING = and_(outbox.c.delivered_at.is_(None), outbox.c.failed_at.is_(None))
FAILED = outbox.c.failed_at.is_not(None)
Index("ix_outbox_waiting", outbox.c.next_try_at, sqlite_where=WAITING, postgresql_where=WAITING)
Index("ix_outbox_failed", outbox.c.kind, sqlite_where=FAILED, postgresql_where=FAILED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Which try of which delivery this is: `tries` counts from 1; `delivery_id` is the same at every try."""

    delivery_id: int
    kind: str
    target: str
    tries: int
    created_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now; `because` is kept for administrators. It is given up 24 h after it was enqueued."""

    because: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Never: trying again cannot help."""

    because: str


Outcome = Delivered | Retry | GiveUp


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not delivered yet."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """Delivered, `at` first; None where so long ago that it is not known any more."""

    at: datetime | None


@dataclass(frozen=True, slots=True)
class Lost:
    """Given up."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery that is this worker's until `lease_until`; `payload` is None where no key opens it."""

    attempt: Attempt
    sealed: bytes
    lease_until: datetime


def enqueue(
    db: Connection,
    keyring: Keyring,
    kind: str,
    payload: dict[str, Any],
    clock: Clock,
    dedupe_key: str | None = None,
    target: str = "",
    about: str | None = None,
    brand: str | None = None,
) -> None:
    """Adds a delivery inside the caller's transaction; nothing where `dedupe_key` was enqueued before.

    `target` labels the receiver, so that one that hangs holds up no other; `about` is the id of the subject who is told, and
    `brand` says in whose name it is sent.
    """
    now = clock.now()
    row = {
        "kind": kind,
        "payload_sealed": keyring.seal(json.dumps(payload).encode(), PURPOSE),
        "target": target,
        "created_at": now,
        "next_try_at": now,
        "tries": 0,
        "last_error": "",
        "dedupe_key": dedupe_key,
        "about": about,
        "brand": brand,
    }
    db.execute(upsert(db, outbox).on_conflict_do_nothing(index_elements=["dedupe_key"]), row)


def fate(db: Connection, dedupe_keys: Collection[str]) -> Arrived | Waiting | Lost:
    """What became of deliveries that tell the same over several channels: it has arrived once one of them has."""
    said = select(outbox.c.delivered_at, outbox.c.failed_at).where(outbox.c.dedupe_key.in_(dedupe_keys))
    rows = db.execute(said).all()
    delivered = [row.delivered_at for row in rows if row.delivered_at is not None]
    if delivered or not rows:
        return Arrived(min(delivered, default=None))
    return Lost() if all(row.failed_at is not None for row in rows) else Waiting()


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent to somebody, and what became of it: delivered, given up, or tried so often."""

    kind: str
    created_at: datetime
    delivered_at: datetime | None
    failed_at: datetime | None
    tries: int


def sent_to(db: Connection, subject_id: str, limit: int, brands: frozenset[str] | None = None) -> tuple[Sent, ...]:
    """The newest deliveries about a subject, as long as they are kept; only in the name of `brands`, where they are given."""
    found = select(*(outbox.c[name] for name in Sent.__dataclass_fields__)).where(outbox.c.about == subject_id)
    if brands is not None:
        found = found.where(or_(outbox.c.brand.is_(None), outbox.c.brand.in_(sorted(brands))))
    return tuple(Sent(*row) for row in db.execute(found.order_by(outbox.c.id.desc()).limit(limit)))


def due(db: Connection, kinds: list[str], crowded: list[str], now: datetime, limit: int) -> list[tuple[int, str, str]]:
    """Deliveries to try, longest due first, as (id, kind, target), without the targets in `crowded`."""
    query = select(outbox.c.id, outbox.c.kind, outbox.c.target).where(_is_due(now), outbox.c.kind.in_(kinds))
    if crowded:
        query = query.where(outbox.c.target.not_in(crowded))
    return [(row.id, row.kind, row.target) for row in db.execute(query.order_by(outbox.c.next_try_at).limit(limit))]


def lease(db: Connection, ids: list[int], now: datetime, until: datetime) -> list[Leased]:
    """Takes those of `ids` that are still due; what another worker is just taking is left to it."""
    # SQLite has no row locks and ignores the clause; there the statement itself is alone.
    mine = select(outbox.c.id).where(outbox.c.id.in_(ids), _is_due(now)).with_for_update(skip_locked=True)
    taken = update(outbox).where(outbox.c.id.in_(mine)).values(lease_until=until, tries=outbox.c.tries + 1).returning(outbox)
    return [
        Leased(Attempt(row.id, row.kind, row.target, row.tries, row.created_at, now), row.payload_sealed or b"", until)
        for row in db.execute(taken)
    ]


def settle(db: Connection, leased: Leased, outcome: Outcome, now: datetime, jitter: float) -> None:
    """Marks how a try went. `jitter` is between 0 and 1 and spreads the next try by ± 20 %."""
    mine = outbox.c.id == leased.attempt.delivery_id
    match outcome:
        case Delivered():
            # True whoever holds the lease by now. The payload has done its work, and may hold a link or an address.
            done = {"delivered_at": now, "payload_sealed": None, "lease_until": None, "last_error": ""}
            db.execute(update(outbox).where(mine, outbox.c.delivered_at.is_(None)).values(done))
        case Retry(because) if now - leased.attempt.created_at < GIVE_UP_AFTER:
            again = {"next_try_at": now + _pause(leased.attempt.tries, jitter), "lease_until": None, "last_error": because}
            db.execute(update(outbox).where(mine, outbox.c.lease_until == leased.lease_until).values(again))
        case Retry(because) | GiveUp(because):
            over = {"failed_at": now, "lease_until": None, "last_error": because}
            db.execute(update(outbox).where(mine, outbox.c.lease_until == leased.lease_until).values(over))


def purge(db: Connection, now: datetime) -> int:
    """Removes what was delivered 7 days or given up 30 days ago; returns how many."""
    old = or_(outbox.c.delivered_at < now - DELIVERED_KEPT, outbox.c.failed_at < now - FAILED_KEPT)
    return db.execute(delete(outbox).where(old)).rowcount


def _is_due(now: datetime) -> Any:
    return and_(WAITING, outbox.c.next_try_at <= now, or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now))


def _pause(tries: int, jitter: float) -> timedelta:
    return min(FIRST_RETRY * int(3 ** min(tries - 1, 12)), LONGEST_RETRY) * (0.8 + 0.4 * jitter)
