"""The origins at which registered clients live: from there a browser may call the token, userinfo and revocation endpoints."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import select

from idp.clients.model import clients
from idp.core.clock import Clock
from idp.core.database import Database

REMEMBERED = timedelta(seconds=5)


class ClientOrigins:
    """Answers from memory; the set is read again after five seconds."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._read_at: datetime | None = None
        self._origins: frozenset[str] = frozenset()

    def has(self, origin: str) -> bool:
        """Whether an active client has registered a redirect URI at `origin`."""
        now = self._clock.now()
        if self._read_at is None or now - self._read_at >= REMEMBERED:
            self._origins = self._read()
            self._read_at = now
        return origin in self._origins

    def _read(self) -> frozenset[str]:
        with self._database.reading() as db:
            rows = db.scalars(select(clients.c.metadata).where(clients.c.disabled_at.is_(None))).all()
        parts = (urlsplit(uri) for meta in rows for uri in meta.get("redirect_uris", ()))
        return frozenset(f"{p.scheme}://{p.netloc}" for p in parts if p.scheme in ("http", "https"))
