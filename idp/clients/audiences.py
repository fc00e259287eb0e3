"""Whose the APIs are that access tokens are for: the brands of the resource servers that own an audience (RFC 8707)."""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import select

from idp.clients.model import clients
from idp.core.clock import Clock
from idp.core.database import Database

REMEMBERED = timedelta(seconds=5)


class Audiences:
    """Answers from memory; the owners are read again after five seconds."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._read_at: datetime | None = None
        self._brands: dict[str, frozenset[str]] = {}

    def brands_of(self, audience: str) -> frozenset[str]:
        """The brands of the resource servers registered as owners of `audience`; empty where nobody is, or none has a brand."""
        now = self._clock.now()
        if self._read_at is None or not timedelta(0) <= now - self._read_at < REMEMBERED:
            self._brands = self._read()
            self._read_at = now
        return self._brands.get(audience, frozenset())

    def _read(self) -> dict[str, frozenset[str]]:
        with self._database.reading() as db:
            rows = db.scalars(select(clients.c.metadata)).all()
        found: defaultdict[str, set[str]] = defaultdict(set)
        for meta in rows:
            for audience in meta.get("owns", ()) if meta.get("brand") else ():
                found[audience].add(meta["brand"])
        return {audience: frozenset(brands) for audience, brands in found.items()}
