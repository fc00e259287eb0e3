"""Whose the APIs are that access tokens are for: the brands of the resource servers that own an audience (RFC 8707)."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, select

from idp.clients.model import clients
from idp.clients.registration_model import registration_tokens
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
        found: defaultdict[str, set[str]] = defaultdict(set)
        with self._database.reading() as db:
            for one in _namings(db):
                for audience in one.owns if one.brand else ():
                    found[audience].add(one.brand or "")
        return {audience: frozenset(brands) for audience, brands in found.items()}


@dataclass(frozen=True, slots=True)
class Beyond:
    """APIs that a registrant has no say over: those that others' resource servers own, and those that others' clients use."""

    owned: frozenset[str]
    used: frozenset[str]


def beyond(db: Connection, reaches: Callable[[str | None], bool], client_id: str | None = None) -> Beyond:
    """What is beyond whoever `reaches` some brands. What the client `client_id` owns already is not used against it."""
    namings = _namings(db)
    others = [one for one in namings if not reaches(one.brand)]
    own = {audience for one in namings if one.client_id == client_id for audience in one.owns}
    used = {audience for one in others for audience in one.resources} - own
    return Beyond(frozenset(audience for one in others for audience in one.owns), frozenset(used))


@dataclass(frozen=True, slots=True)
class _Naming:
    client_id: str
    brand: str | None
    owns: tuple[str, ...]
    resources: tuple[str, ...]


def _namings(db: Connection) -> list[_Naming]:
    # Whoever still manages itself names no API: of those there may be many, and they are not read.
    manages_itself = exists().where(registration_tokens.c.client_id == clients.c.id)
    rows = db.execute(select(clients.c.id, clients.c.metadata).where(~manages_itself))
    return [
        _Naming(
            row.id, row.metadata.get("brand"), tuple(row.metadata.get("owns", ())), tuple(row.metadata.get("resources", ()))
        )
        for row in rows
    ]
