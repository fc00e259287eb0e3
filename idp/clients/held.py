"""A client as it is at this moment, for what must not be said of one that has just become another."""

from sqlalchemy import Connection, select

from idp.clients.client import Client
from idp.clients.model import clients
from idp.clients.registry import read


def hold(db: Connection, client_id: str) -> Client | None:
    """The client as it is stored now, and nobody changes it before this transaction ends."""
    db.execute(select(clients.c.id).where(clients.c.id == client_id).with_for_update(read=True))
    return read(db, client_id)
