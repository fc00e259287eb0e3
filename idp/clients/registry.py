"""Finds clients. A worker remembers what it found for a second, so a change or a disable holds everywhere within one."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, literal_column, select, update

from idp.clients.client import Client, SecretDigest, client_of
from idp.clients.ids import is_id
from idp.clients.metadata import ClientMetadata
from idp.clients.model import client_secrets, clients
from idp.core.clock import Clock
from idp.core.database import Database, upsert
from idp.core.events import Bus
from idp.core.handles import digest, new_handle
from idp.core.protocol_events import (
    ClientChanged,
    ClientDisabled,
    ClientEnabled,
    ClientRegistered,
    ClientSecretEnded,
    ClientSecretRotated,
)

REMEMBERED = timedelta(seconds=1)
MOST_REMEMBERED = 10_000
LENGTH_OF_SECRET_ID = 12
# Where a client comes from: the file, or a file that no longer names it; of all others, those that registered themselves.
IN_FILE, LEFT = "file", "left"
DYNAMIC = "dynamic"

_with_secrets: Select[tuple[object, ...]] = select(
    clients.c.metadata, clients.c.source, clients.c.disabled_at, client_secrets.c.digest, client_secrets.c.expires_at
).select_from(clients.outerjoin(client_secrets, clients.c.id == client_secrets.c.client_id))
_ROWS = select(clients).order_by(clients.c.id)
_BY_ID = _with_secrets.where(clients.c.id == bindparam("client_id")).order_by(client_secrets.c.created_at.desc())


@dataclass(frozen=True, slots=True)
class Secret:
    """What lists show of a secret: `id` names it and gives nothing away."""

    id: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the client list. `version` counts the changes of the metadata."""

    client: Client
    metadata: ClientMetadata
    source: str
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def from_file(self) -> bool:
        """Whether clients.yaml says, or said, what it is."""
        return self.source in (IN_FILE, LEFT)

    @property
    def registered_itself(self) -> bool:
        """Whether nobody of the staff registered it."""
        return self.source == DYNAMIC

    @property
    def left(self) -> bool:
        """Whether the file no longer names it."""
        return self.source == LEFT


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
        if not is_id(client_id):
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

    def all(self, db: Connection) -> list[Listed]:
        """Every client, by id."""
        found: defaultdict[str, list[SecretDigest]] = defaultdict(list)
        for row in db.execute(select(client_secrets).order_by(client_secrets.c.created_at.desc())):
            found[row.client_id].append(SecretDigest(row.digest, row.expires_at))
        return [listed_of(row, tuple(found[row.id])) for row in db.execute(_ROWS)]

    def listed(self, db: Connection, client_id: str) -> Listed | None:
        """The client with this id as a row of the list, as it is stored now."""
        if not is_id(client_id):
            return None
        row = db.execute(_ROWS.where(clients.c.id == client_id)).one_or_none()
        return None if row is None else listed_of(row, _digests(db.execute(_BY_ID, {"client_id": client_id}).all()))

    def secrets(self, db: Connection, client_id: str) -> tuple[Secret, ...]:
        """Its secrets, the newest first."""
        if not is_id(client_id):
            return ()
        rows = db.execute(
            select(client_secrets).where(client_secrets.c.client_id == client_id).order_by(client_secrets.c.created_at.desc())
        )
        return tuple(Secret(row.digest[:LENGTH_OF_SECRET_ID], row.created_at, row.expires_at, row.last_used_at) for row in rows)

    def newest_secret(self, db: Connection, client_id: str) -> str:
        """The id of its newest secret, empty where it has none; nobody else adds one before this transaction ends."""
        db.execute(select(clients.c.id).where(clients.c.id == client_id).with_for_update())
        return next((one.id for one in self.secrets(db, client_id)), "")

    def add(self, db: Connection, bus: Bus, meta: ClientMetadata, source: str) -> bool:
        """Registers a client; False where there is one of this id. Of many callers at once one gets True."""
        now = self._clock.now()
        values = {"id": meta.client_id, "source": source, "metadata": meta.model_dump(mode="json")}
        added = upsert(db, clients).values(values | {"created_at": now, "updated_at": now}).on_conflict_do_nothing()
        # Not rowcount: PostgreSQL's driver tells none of an insert.
        if db.execute(added.returning(clients.c.id)).one_or_none() is None:
            return False
        bus.record(db, ClientRegistered(client_id=meta.client_id, brand=meta.brand))
        self._keep_digests(db, meta, (), now)
        return True

    def replace(self, db: Connection, bus: Bus, meta: ClientMetadata, found: Listed) -> bool:
        """Makes the client what `meta` says; False where somebody changed it since it was `found`."""
        now, this = self._clock.now(), (clients.c.id == found.client.id) & (clients.c.version == found.version)
        stored = meta.model_dump(mode="json")
        changed = update(clients).where(this).values(metadata=stored, updated_at=now, version=found.version + 1)
        if db.execute(changed).rowcount != 1:
            return False
        bus.record(db, ClientChanged(client_id=meta.client_id, brand=meta.brand))
        self._keep_digests(db, meta, found.metadata.secret_digests, now)
        return True

    def save(self, db: Connection, bus: Bus, meta: ClientMetadata, source: str) -> bool:
        """Registers or changes a client; True where that changed anything. A clash of sources is the caller's to refuse."""
        found = self.listed(db, meta.client_id)
        if found is None:
            return self.add(db, bus, meta, source)
        return found.metadata != meta and self.replace(db, bus, meta, found)

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

    def enable(self, db: Connection, bus: Bus, client_id: str) -> bool:
        """Lets a client act again; False where it was not there or not stopped."""
        stopped = (clients.c.id == client_id) & clients.c.disabled_at.is_not(None)
        started = db.execute(update(clients).where(stopped).values(disabled_at=None)).rowcount == 1
        if started:
            bus.record(db, ClientEnabled(client_id=client_id))
        return started

    def end_secret(self, db: Connection, bus: Bus, client_id: str, secret_id: str) -> bool:
        """Ends one secret now; False where it was not there."""
        if len(secret_id) != LENGTH_OF_SECRET_ID or not set(secret_id) <= set("0123456789abcdef"):
            return False
        this = (client_secrets.c.client_id == client_id) & client_secrets.c.digest.startswith(secret_id)
        ended = db.execute(delete(client_secrets).where(this)).rowcount == 1
        if ended:
            bus.record(db, ClientSecretEnded(client_id=client_id))
        return ended

    def end_secrets(self, db: Connection, bus: Bus, client_id: str) -> None:
        """Ends every secret: none may come to life again when the client goes back to one."""
        ended = db.execute(delete(client_secrets).where(client_secrets.c.client_id == client_id)).rowcount
        if ended:
            bus.record(db, ClientSecretEnded(client_id=client_id))

    def forget(self, client_id: str) -> None:
        """Reads the client anew when it is next asked for here; elsewhere within a second."""
        self._remembered.pop(client_id, None)

    def _keep_digests(self, db: Connection, meta: ClientMetadata, before: Collection[str], now: datetime) -> None:
        # A secret that was taken out of the metadata ends; one that still stands there but was rotated away stays gone.
        left = client_secrets.c.digest.in_(set(before) - set(meta.secret_digests))
        db.execute(delete(client_secrets).where(client_secrets.c.client_id == meta.client_id, left))
        for one in set(meta.secret_digests) - set(before):
            known = db.scalar(select(literal_column("1")).where(client_secrets.c.digest == one))
            if known is None:
                db.execute(insert(client_secrets).values(digest=one, client_id=meta.client_id, created_at=now))


def listed_of(row: Row[Any], secrets: tuple[SecretDigest, ...]) -> Listed:
    """A row of the table as what it says."""
    meta = ClientMetadata.model_validate(row.metadata)
    client = _client(row, meta, secrets)
    return Listed(client, meta, row.source, row.version, row.created_at, row.updated_at)


def read(db: Connection, client_id: str) -> Client | None:
    """The client as it is stored now."""
    rows = db.execute(_BY_ID, {"client_id": client_id}).all()
    if not rows:
        return None
    return _client(rows[0], ClientMetadata.model_validate(rows[0].metadata), _digests(rows))


def _client(row: Row[Any], meta: ClientMetadata, secrets: tuple[SecretDigest, ...]) -> Client:
    return client_of(meta, secrets, row.disabled_at is not None, registered_itself=row.source == DYNAMIC)


def _digests(rows: Sequence[Any]) -> tuple[SecretDigest, ...]:
    return tuple(SecretDigest(row.digest, row.expires_at) for row in rows if row.digest is not None)
