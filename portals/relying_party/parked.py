"""Authorization and logout requests under way, each bound to the browser that began it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portals.store import Store, digest

# A sign-in page left open overnight still has to land.
LIFE = timedelta(hours=24)
MOST_PER_BROWSER = 20


@dataclass(frozen=True, slots=True)
class Parked:
    """Requests by browser handle and `state`; a state taken once is gone."""

    store: Store

    def put(self, browser: str, state: str, data: dict[str, Any], now: datetime) -> None:
        """Keep `data` until the answer with `state` comes back to the same browser."""
        moment, key = now.timestamp(), digest(browser)
        with self.store.connection() as db:
            db.execute("DELETE FROM parked WHERE expires_at <= ?", (moment,))
            db.execute(
                "INSERT INTO parked (browser, state, data, expires_at) VALUES (?, ?, ?, ?)",
                (key, state, json.dumps(data), moment + LIFE.total_seconds()),
            )
            db.execute(
                "DELETE FROM parked WHERE browser = ? AND state NOT IN"
                " (SELECT state FROM parked WHERE browser = ? ORDER BY expires_at DESC LIMIT ?)",
                (key, key, MOST_PER_BROWSER),
            )

    def take(self, browser: str, state: str, now: datetime) -> dict[str, Any] | None:
        """Return and forget what was kept under `state`; None where this browser did not begin it or it is too old."""
        with self.store.connection() as db:
            row = db.execute(
                "DELETE FROM parked WHERE browser = ? AND state = ? AND expires_at > ? RETURNING data",
                (digest(browser), state, now.timestamp()),
            ).fetchone()
        if row is None:
            return None
        data: dict[str, Any] = json.loads(row["data"])
        return data

    def move(self, browser: str, successor: str) -> None:
        """Hand a browser's requests to its new handle, so that its other tabs can still finish."""
        with self.store.connection() as db:
            db.execute("UPDATE parked SET browser = ? WHERE browser = ?", (digest(successor), digest(browser)))
