"""Codes that somebody asked for who says they lost a second factor: what was asked waits here until the worker has sent it.

An ask is stored whether or not there is such a subject, so asking costs the same for every name (S3.5).
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Index, LargeBinary, String, Table, select, update

from idp.core.database import UTCDateTime, metadata, upsert
from idp.core.sealing import Keyring, Unsealable
from idp.recovery import forgetting

PURPOSE = "lost ask"
PAUSE = timedelta(seconds=30)

# One row for an interaction and a kind of code, however often it is asked for.
lost_asks = Table(
    "lost_asks",
    metadata,
    Column("interaction_id", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("asked_sealed", LargeBinary),
    Column("asked_at", UTCDateTime, nullable=False, index=True),
    Column("answered_at", UTCDateTime),
)
# Few wait among many that were answered within the hour, and the worker looks for them twice a second.
WAITING = lost_asks.c.answered_at.is_(None)
Index("ix_lost_asks_waiting_asked_at", lost_asks.c.asked_at, sqlite_where=WAITING, postgresql_where=WAITING)


@dataclass(frozen=True, slots=True)
class Ask:
    """A code of `kind` for the subject called `name`, asked for on a page of `brand`, in `language`, from `source`.

    `proven`: whoever asks has given another proof already.
    """

    interaction_id: str
    kind: str
    name: str
    brand: str | None
    source: str
    language: str
    proven: bool = False


class LostAsks:
    """The store. Statements run in the caller's transaction."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def put(self, db: Connection, ask: Ask, now: datetime) -> None:
        """Stores what is asked; nothing where the same was asked half a minute ago."""
        said = {name: getattr(ask, name) for name in ("name", "brand", "source", "language", "proven")}
        new = {"asked_sealed": self._keyring.seal(json.dumps(said).encode(), PURPOSE), "asked_at": now, "answered_at": None}
        made = upsert(db, lost_asks).values(interaction_id=ask.interaction_id, kind=ask.kind, **new)
        again = made.on_conflict_do_update(
            index_elements=["interaction_id", "kind"], set_=new, where=lost_asks.c.asked_at <= now - PAUSE
        )
        db.execute(again)

    def waiting(self, db: Connection, since: datetime, limit: int) -> tuple[Ask, ...]:
        """The oldest that wait, of those asked for after `since`."""
        row = lost_asks.c
        found = select(row.interaction_id, row.kind, row.asked_sealed).where(WAITING, row.asked_at > since)
        return tuple(
            self._opened(each.interaction_id, each.kind, each.asked_sealed)
            for each in db.execute(found.order_by(row.asked_at).limit(limit))
        )

    def take(self, db: Connection, ask: Ask, now: datetime) -> bool:
        """Takes an ask to answer it: of many workers one gets it. What was typed is forgotten."""
        row = lost_asks.c
        this = (row.interaction_id == ask.interaction_id) & (row.kind == ask.kind) & row.answered_at.is_(None)
        return db.execute(update(lost_asks).where(this).values(answered_at=now, asked_sealed=None)).rowcount == 1

    def purge(self, db: Connection, now: datetime, batch: int) -> int:
        """Removes up to `batch` that are an hour old, and the oldest beyond 100 000; returns how many."""
        return forgetting.purge(db, lost_asks, [lost_asks.c.interaction_id, lost_asks.c.kind], now, batch)

    def _opened(self, interaction_id: str, kind: str, sealed: bytes) -> Ask:
        try:
            return Ask(interaction_id, kind, **json.loads(self._keyring.open(sealed, PURPOSE)))
        except Unsealable:
            # Under a master key that is gone since: nobody's, so that it does not stand in the way of the others.
            return Ask(interaction_id, kind, name="", brand=None, source="", language="en")
