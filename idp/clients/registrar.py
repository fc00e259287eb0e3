"""Registering clients and changing them: one set of rules under console, command line, admin API and dynamic registration.

Statements run in the caller's transaction. What is expected to go wrong comes back as a value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError
from sqlalchemy import Connection, delete, func, insert, select

from idp.clients.allowed import EVERY_NAME, Allowed, by_administrator, by_dynamic_client, by_file
from idp.clients.faults import Fault, Faults, faults_of
from idp.clients.metadata import ClientMetadata
from idp.clients.model import clients, consents, deleted_clients
from idp.clients.outcomes import (
    Broken,
    Changed,
    Done,
    FromFile,
    NoSecret,
    Overtaken,
    Registered,
    Rotated,
    Taken,
    Unchanged,
    Unknown,
)
from idp.clients.registration_tokens import RegistrationTokens
from idp.clients.registry import DYNAMIC, Clients
from idp.clients.rules import RULES
from idp.clients.sectors import Sectors
from idp.core.clock import Clock
from idp.core.events import Bus
from idp.core.handles import new_handle
from idp.core.protocol_events import ClientBecameAnother, ClientDeleted

__all__ = [
    "BY_STAFF",
    "DYNAMIC",
    "Allowed",
    "Broken",
    "Changed",
    "Done",
    "Fault",
    "Faults",
    "FromFile",
    "NoSecret",
    "Overtaken",
    "Registered",
    "Registrar",
    "Rotated",
    "Taken",
    "Unchanged",
    "Unknown",
    "by_administrator",
    "by_dynamic_client",
    "by_file",
    "check",
]

BY_STAFF = "registered"
# Who are changed here; all others are what their file says.
OURS = (BY_STAFF, DYNAMIC)
# By what whoever allows a client something knows it, and with whom it shares what it learns.
KNOWN_BY = ("client_name", "redirect_uris", "sector_identifier_uri")
WITH_SECRET = frozenset({"client_secret_basic", "client_secret_post"})

Count = Callable[[Connection, str, datetime], int]


def check(given: Mapping[str, object], allowed: Allowed) -> ClientMetadata | Faults:
    """The metadata that `given` describes, with an id of our making where it has none; or every mistake in it. Pure."""
    wanted = {"client_id": new_client_id(), **given, **allowed.fixed}
    refused = tuple(_refused(name, given, allowed) for name in given if not _may_say(name, given, allowed))
    try:
        meta = ClientMetadata.model_validate({name: value for name, value in wanted.items() if name in EVERY_NAME})
    except ValidationError as error:
        return refused + faults_of(error, ClientMetadata.model_fields)
    return refused + tuple(fault for rule in RULES for fault in rule(meta, allowed)) or meta


def new_client_id() -> str:
    """An id that nobody has; it is no secret."""
    return f"c{new_handle()[:22].replace('_', 'x').replace('-', 'y')}"


@dataclass(frozen=True, slots=True)
class Registrar:
    """Whoever changes what a client is comes here. `sessions` and `families` count what a client has running.

    `longest` is what everybody's tokens last, for whoever checks what one may have. `sectors` fetches what proves a sector:
    whoever registers or changes a client asks it before the transaction.
    """

    clients: Clients
    bus: Bus
    clock: Clock
    sessions: Count
    families: Count
    longest: Mapping[str, int]
    sectors: Sectors

    def register(self, db: Connection, meta: ClientMetadata, source: str = BY_STAFF) -> Registered | Taken:
        """Makes it a client, with a secret where its way of authentication needs one and `meta` brings no digest."""
        gone = db.scalar(select(deleted_clients.c.id).where(deleted_clients.c.id == meta.client_id))
        if gone is not None or not self.clients.add(db, self.bus, meta, source):
            return Taken()
        return Registered(meta.client_id, self._first_secret(db, meta))

    def change(
        self, db: Connection, client_id: str, meta: ClientMetadata, seen: int | None = None, *, by_itself: bool = False
    ) -> Changed | Unchanged | Unknown | FromFile | Overtaken:
        """Makes it what `meta` says; only if its version is still `seen`, where that is given.

        Its secrets stay, whatever `meta` says of digests, unless it proves itself without one from now on. `by_itself`:
        consents and families end where customers would not know it again. Once others changed it, it changes itself no more.
        """
        found = self.clients.listed(db, client_id)
        if found is None:
            return Unknown()
        if found.source not in OURS:
            return FromFile()
        if seen is not None and found.version != seen:
            return Overtaken()
        keeps = meta.token_endpoint_auth_method in WITH_SECRET
        meta = meta.model_copy(update={"secret_digests": found.metadata.secret_digests if keeps else ()})
        if found.metadata == meta:
            return Unchanged()
        if not self.clients.replace(db, self.bus, meta, found):
            return Overtaken()
        if not keeps:
            self.clients.end_secrets(db, self.bus, client_id)
        if not by_itself:
            RegistrationTokens().end(db, client_id)
        elif any(getattr(found.metadata, name) != getattr(meta, name) for name in KNOWN_BY):
            db.execute(delete(consents).where(consents.c.client_id == client_id))
            self.bus.record(db, ClientBecameAnother(client_id=client_id, brand=meta.brand))
        self.clients.forget(client_id)
        return Changed(self._first_secret(db, meta))

    def rotate(
        self, db: Connection, client_id: str, overlap: timedelta, newest: str | None = None
    ) -> Rotated | Unknown | NoSecret | Overtaken:
        """A further secret; the newest older one lives on for `overlap`. For clients of the file too, which holds no secret.

        Only if the newest is still that with the id `newest`, where that is given; empty stands for none.
        """
        found = self.clients.listed(db, client_id)
        if found is None:
            return Unknown()
        if found.metadata.token_endpoint_auth_method not in WITH_SECRET:
            return NoSecret()
        if newest is not None and newest != self.clients.newest_secret(db, client_id):
            return Overtaken()
        return Rotated(self.clients.add_secret(db, self.bus, client_id, overlap))

    def end_secret(self, db: Connection, client_id: str, secret_id: str) -> Done | Unknown:
        """Ends a secret now; `secret_id` is the one that lists show."""
        return Done() if self.clients.end_secret(db, self.bus, client_id, secret_id) else Unknown()

    def disable(self, db: Connection, client_id: str) -> Done | Unchanged | Unknown:
        """Stops it from acting; nothing else of it is lost."""
        if self.clients.listed(db, client_id) is None:
            return Unknown()
        return Done() if self.clients.disable(db, self.bus, client_id) else Unchanged()

    def enable(self, db: Connection, client_id: str) -> Done | Unchanged | Unknown | FromFile:
        """Lets it act again; not one that its file no longer names."""
        found = self.clients.listed(db, client_id)
        if found is None:
            return Unknown()
        if found.left:
            return FromFile()
        return Done() if self.clients.enable(db, self.bus, client_id) else Unchanged()

    def delete(self, db: Connection, client_id: str) -> Done | Unknown | FromFile:
        """Removes it with secrets, consents and families, for good: its id is never given away again. Nobody else is told."""
        found = self.clients.listed(db, client_id)
        if found is None:
            return Unknown()
        if found.source not in OURS:
            return FromFile()
        if db.execute(delete(clients).where(clients.c.id == client_id)).rowcount != 1:
            return Unknown()
        db.execute(insert(deleted_clients).values(id=client_id, deleted_at=self.clock.now()))
        self.bus.record(db, ClientDeleted(client_id=client_id, brand=found.metadata.brand))
        self.clients.forget(client_id)
        return Done()

    def broken_by_delete(self, db: Connection, client_id: str) -> Broken:
        """What ends with it."""
        now, found = self.clock.now(), self.clients.listed(db, client_id)
        allowed = select(func.count()).select_from(consents).where(consents.c.client_id == client_id)
        return Broken(
            self.sessions(db, client_id, now),
            self.families(db, client_id, now),
            db.scalar(allowed) or 0,
            found.metadata.owns if found is not None else (),
        )

    def _first_secret(self, db: Connection, meta: ClientMetadata) -> str | None:
        needs = meta.token_endpoint_auth_method in WITH_SECRET and not meta.secret_digests
        if not needs or self.clients.secrets(db, meta.client_id):
            return None
        return self.clients.add_secret(db, self.bus, meta.client_id, timedelta(0))


def _may_say(name: str, given: Mapping[str, object], allowed: Allowed) -> bool:
    return name in allowed.names and (name not in allowed.fixed or given[name] == allowed.fixed[name])


def _refused(name: str, given: Mapping[str, object], allowed: Allowed) -> Fault:
    if name not in EVERY_NAME:
        return Fault((name,), "is not a known field; check the spelling")
    return Fault((name,), f"must be {allowed.fixed[name]}" if name in allowed.names else "only an administrator may set this")
