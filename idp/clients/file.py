"""The clients of `clients.yaml`: validated with file and line, merged into the database as often as one likes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from idp.clients.metadata import ClientMetadata
from idp.clients.model import clients, deleted_clients
from idp.clients.registrar import Allowed, Fault, Faults, by_file, check
from idp.clients.registry import IN_FILE, LEFT, Clients
from idp.core.events import Bus
from idp.core.protocol_events import ClientChanged, ClientDisabled
from idp.core.yaml_lines import BrokenFile, Document


def read_clients(
    document: Document, brands: Collection[str], scopes: Collection[str], longest: Mapping[str, int]
) -> list[ClientMetadata]:
    """The client blocks of a parsed file; `brands` and `scopes` are those there are, `longest` what everybody's tokens last.

    Raises `BrokenFile` with every mistake.
    """
    allowed = by_file(brands, scopes, longest)
    blocks = document.data.get("clients") if isinstance(document.data, dict) else None
    if not isinstance(blocks, list):
        raise BrokenFile([document.problem((), "needs a `clients:` list; it may be empty: []")])
    found: dict[str, ClientMetadata] = {}
    problems = [
        document.problem((name,), "is not a known section; there are brands and clients")
        for name in document.data
        if name not in ("brands", "clients")
    ]
    for index, block in enumerate(blocks):
        client = _check(block, allowed)
        if not isinstance(client, ClientMetadata):
            problems += [document.problem(("clients", index, *fault.at), fault.reason) for fault in client]
            continue
        if client.client_id in found:
            problems.append(document.problem(("clients", index, "client_id"), f"{client.client_id} stands twice"))
        found[client.client_id] = client
    if problems:
        raise BrokenFile(problems)
    return list(found.values())


def _check(block: Any, allowed: Allowed) -> ClientMetadata | Faults:
    if not isinstance(block, dict):
        return (Fault((), "must be a block of names and values"),)
    # An id of our making would be another one at each start.
    return check(block, allowed) if "client_id" in block else (Fault(("client_id",), "is missing"),)


def merge(db: Connection, bus: Bus, registry: Clients, file: list[ClientMetadata], now: datetime) -> list[str]:
    """Makes the database hold the file's clients; ids of those that changed.

    A client that left the file is disabled and lives again when it comes back; one that an operator disabled stays disabled,
    whatever the file says. Raises `BrokenFile` where an administrator registered an id of the file; nothing is written then.
    """
    stored = {row.id: row for row in db.execute(select(clients.c.id, clients.c.source, clients.c.disabled_at))}
    clashes = [c.client_id for c in file if c.client_id in stored and stored[c.client_id].source not in (IN_FILE, LEFT)]
    gone = db.scalars(select(deleted_clients.c.id).where(deleted_clients.c.id.in_([c.client_id for c in file]))).all()
    if clashes or gone:
        raise BrokenFile(
            [f"client {one} was registered by an administrator; give it another id in the file" for one in clashes]
            + [f"client {one} was deleted once and its id is never given away again; give it another" for one in gone]
        )
    changed = dict.fromkeys(client.client_id for client in file if registry.save(db, bus, client, IN_FILE))
    present = {client.client_id for client in file}
    for row in stored.values():
        if row.source == LEFT and row.id in present:
            db.execute(update(clients).where(clients.c.id == row.id).values(source=IN_FILE, disabled_at=None))
            bus.record(db, ClientChanged(client_id=row.id, reason="back_in_the_file"))
            changed[row.id] = None
        elif row.source == IN_FILE and row.id not in present and row.disabled_at is None:
            db.execute(update(clients).where(clients.c.id == row.id).values(source=LEFT, disabled_at=now))
            bus.record(db, ClientDisabled(client_id=row.id, reason="left_the_file"))
            changed[row.id] = None
    return list(changed)
