"""Finds clients. A worker remembers what it found for a second, so a change or a disable holds everywhere within one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, bindparam, delete, insert, literal_column, select, update

from idp.clients.client import Client, SecretDigest, client_of
from idp.clients.metadata import ClientMetadata
from idp.clients.model import client_secrets, clients
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.events import Bus
from idp.core.handles import digest, new_handle
from idp.core.protocol_events import ClientChanged, ClientDisabled, ClientRegistered, ClientSecretRotated

REMEMBERED = timedelta(seconds=1)
MOST_REMEMBERED = 10_000
LONGEST_ID = 128

_with_secrets: Select[tuple[object, ...]] = select(
    clients.c.metadata, clients.c.disabled_at, client_secrets.c.digest, client_secrets.c.expires_at
).select_from(clients.outerjoin(client_secrets, clients.c.id == client_secrets.c.client_id))
_BY_ID = _with_secrets.where(clients.c.id == bindparam("client_id")).order_by(client_secrets.c.created_at.desc())


@dataclass(frozen=True, slots=True)
class Registered:
    """A row of the client list."""

    client: Client
    metadata: ClientMetadata
    source: str


class Clients:
    """The registry of clients."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._remembered: dict[str, tuple[datetime, Client]] = {}

    def find(self, client_id: str) -> Client | None:
        """The client with this id, disabled ones too; None for an unknown id."""
        now = self._clock.now()
        known = self._remembered.get(client_id)
        if known is not None and timedelta(0) <= now - known[0] < REMEMBERED:
            return known[1]
        if not client_id or len(client_id) > LONGEST_ID or not client_id.isprintable():
            return None
        with self._database.reading() as db:
            found = read(db, client_id)
        if found is None:
            self._remembered.pop(client_id, None)
            return None
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[client_id] = (now, found)
        return found

    def all(self, db: Connection) -> list[Registered]:
        """Every client, by id."""
        listed = []
        for row in db.execute(select(clients).order_by(clients.c.id)):
            client = read(db, row.id)
            if client is not None:
                listed.append(Registered(client, ClientMetadata.model_validate(row.metadata), row.source))
        return listed

    def save(self, db: Connection, bus: Bus, meta: ClientMetadata, source: str) -> bool:
        """Registers or changes a client; True where that changed anything. A clash of sources is the caller's to refuse."""
        now = self._clock.now()
        stored = meta.model_dump(mode="json")
        row = db.execute(select(clients.c.metadata).where(clients.c.id == meta.client_id)).one_or_none()
        if row is not None and row.metadata == stored:
            return False
        if row is None:
            values = {"id": meta.client_id, "source": source, "metadata": stored, "created_at": now, "updated_at": now}
            db.execute(insert(clients).values(values))
            bus.record(db, ClientRegistered(client_id=meta.client_id, brand=meta.brand))
        else:
            db.execute(update(clients).where(clients.c.id == meta.client_id).values(metadata=stored, updated_at=now))
            bus.record(db, ClientChanged(client_id=meta.client_id, brand=meta.brand))
        self._keep_digests(db, meta, row.metadata["secret_digests"] if row is not None else (), now)
        return True

    def add_secret(self, db: Connection, bus: Bus, client_id: str, overlap: timedelta) -> str:
        """A new secret of 256 bits, shown this once. The newest older one lives on for `overlap`, any others end now."""
        now = self._clock.now()
        secret = new_handle()
        older = db.scalars(
            select(client_secrets.c.digest)
            .where(client_secrets.c.client_id == client_id)
            .order_by(client_secrets.c.created_at.desc())
        ).all()
        if older:
            db.execute(update(client_secrets).where(client_secrets.c.digest == older[0]).values(expires_at=now + overlap))
            db.execute(delete(client_secrets).where(client_secrets.c.digest.in_(older[1:])))
        db.execute(insert(client_secrets).values(digest=digest(secret), client_id=client_id, created_at=now))
        bus.record(db, ClientSecretRotated(client_id=client_id))
        return secret

    def disable(self, db: Connection, bus: Bus, client_id: str) -> bool:
        """Stops a client from acting; False where it was not there or already stopped."""
        stopped = db.execute(
            update(clients)
            .where(clients.c.id == client_id, clients.c.disabled_at.is_(None))
            .values(disabled_at=self._clock.now())
        )
        if stopped.rowcount == 1:
            bus.record(db, ClientDisabled(client_id=client_id))
        return stopped.rowcount == 1

    def _keep_digests(self, db: Connection, meta: ClientMetadata, before: Collection[str], now: datetime) -> None:
        # A secret that was taken out of the metadata ends; one that still stands there but was rotated away stays gone.
        left = client_secrets.c.digest.in_(set(before) - set(meta.secret_digests))
        db.execute(delete(client_secrets).where(client_secrets.c.client_id == meta.client_id, left))
        for one in set(meta.secret_digests) - set(before):
            known = db.scalar(select(literal_column("1")).where(client_secrets.c.digest == one))
            if known is None:
                db.execute(insert(client_secrets).values(digest=one, client_id=meta.client_id, created_at=now))


def read(db: Connection, client_id: str) -> Client | None:
    """The client as it is stored now."""
    rows = db.execute(_BY_ID, {"client_id": client_id}).all()
    if not rows:
        return None
    secrets = tuple(SecretDigest(row.digest, row.expires_at) for row in rows if row.digest is not None)
    return client_of(ClientMetadata.model_validate(rows[0].metadata), secrets, rows[0].disabled_at is not None)
