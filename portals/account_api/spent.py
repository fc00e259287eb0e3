"""What may be shown once: remembered for all threads and processes of the account API until it is worth nothing anyway."""

from dataclasses import dataclass
from datetime import datetime

from portals.store import Store, digest

SCHEMA = """
CREATE TABLE IF NOT EXISTS spent (what BLOB PRIMARY KEY, expires_at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS spent_by_end ON spent (expires_at);
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """The things shown so far."""

    store: Store

    def first(self, what: str, expires_at: float, now: datetime) -> bool:
        """Whether `what` is shown for the first time; it is spent then, until `expires_at` (seconds since 1970)."""
        with self.store.connection() as db:
            db.execute("DELETE FROM spent WHERE expires_at < ?", (now.timestamp(),))
            added = db.execute("INSERT OR IGNORE INTO spent VALUES (?, ?)", (digest(what), expires_at))
            return added.rowcount == 1
