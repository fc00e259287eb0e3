"""The origins at which registered clients live: from there a browser may call the token, userinfo and revocation endpoints."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select

from idp.clients.model import clients
from idp.clients.web_origin import origin_of
from idp.core.clock import Clock
from idp.core.database import Database

REMEMBERED = timedelta(seconds=5)
AT_ONCE = 500


class ClientOrigins:
    """Answers from memory. After five seconds it looks which clients changed, and reads those alone: there may be many."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._read_at: datetime | None = None
        self._known: dict[str, tuple[int, frozenset[str]]] = {}
        self._origins: frozenset[str] = frozenset()

    def has(self, origin: str) -> bool:
        """Whether an active client has registered a redirect URI at `origin`."""
        now = self._clock.now()
        if self._read_at is None or now - self._read_at >= REMEMBERED:
            self._read()
            self._read_at = now
        return origin in self._origins

    def _read(self) -> None:
        known = self._known
        with self._database.reading() as db:
            active = {row.id: row.version for row in db.execute(select(clients.c.id, clients.c.version).where(_ACTIVE))}
            stays = {one: known[one] for one, version in active.items() if one in known and known[one][0] == version}
            changed = sorted(active.keys() - stays.keys())
            for start in range(0, len(changed), AT_ONCE):
                for row in db.execute(_ROWS.where(clients.c.id.in_(changed[start : start + AT_ONCE]))):
                    stays[row.id] = (row.version, _origins_of(row.metadata.get("redirect_uris", ())))
        self._known, self._origins = stays, frozenset().union(*(origins for _, origins in stays.values()))


_ACTIVE = clients.c.disabled_at.is_(None)
_ROWS = select(clients.c.id, clients.c.version, clients.c.metadata)


def _origins_of(uris: Iterable[str]) -> frozenset[str]:
    return frozenset(origin for uri in uris if (origin := origin_of(uri)) is not None)
