"""Whether the sector documents that clients.yaml names vouch for their clients, asked now and then while the provider runs.

The file is put in force without them, as no start may wait for somebody else's host. What is found stands in the KV: where
that loses it, the next turn finds it again.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Connection

from idp.clients.metadata import ClientMetadata
from idp.clients.registry import IN_FILE, Clients
from idp.clients.sectors import Sectors
from idp.core.database import Database
from idp.core.handles import digest
from idp.core.kv import KV
from idp.core.logs import get_log

KEPT = timedelta(days=1)

log = get_log(__name__)


class SectorWatch:
    """Asks for one client's document at a turn, so that a host that hangs holds nothing up for long."""

    def __init__(self, clients: Clients, sectors: Sectors, database: Database, kv: KV) -> None:
        self._clients = clients
        self._sectors = sectors
        self._database = database
        self._kv = kv
        self._last = ""

    def turn(self) -> int:
        """Asks for the document of the client whose turn it is; answers for how many: one or none. Raises `Unavailable`."""
        with self._database.reading() as db:
            named = list(self._named(db))
        if not named:
            return 0
        client = next((one for one in named if one.client_id > self._last), named[0])
        self._last = client.client_id
        faults = self._sectors.faults(client.sector_identifier_uri, client.redirect_uris)
        if not faults:
            self._kv.delete(_key(client))
        elif self._kv.add(_key(client), faults[0].reason.encode(), KEPT):
            log.warning("sector_not_proven", client_id=client.client_id, because=faults[0].reason)
        return 1

    def unproven(self, db: Connection) -> Iterator[tuple[str, str]]:
        """The clients of the file whose document does not vouch for them, and why not. Raises `Unavailable`."""
        for client in self._named(db):
            reason = self._kv.get(_key(client))
            if reason is not None:
                yield client.client_id, reason.decode()

    def _named(self, db: Connection) -> Iterator[ClientMetadata]:
        for listed in self._clients.all(db):
            if listed.source == IN_FILE and not listed.client.disabled and listed.metadata.sector_identifier_uri is not None:
                yield listed.metadata


def _key(client: ClientMetadata) -> str:
    # With what was asked: what was said of a client that has changed since is not said of what it is now.
    asked = " ".join((client.client_id, str(client.sector_identifier_uri), *client.redirect_uris))
    return f"sector:unproven:{digest(asked)}"
