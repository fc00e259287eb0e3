"""Which clients a session has been at: each of them is told when it ends."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from idp.core.database import upsert
from idp.sessions.model import session_clients, sessions


def visit(db: Connection, session_id: str, client_id: str, now: datetime) -> None:
    """Remembers that the session has been at a client."""
    values = {"session_id": session_id, "client_id": client_id, "first_at": now}
    db.execute(upsert(db, session_clients).values(values).on_conflict_do_nothing())


def clients_visited(db: Connection, session_id: str) -> tuple[str, ...]:
    """The ids of the clients this session has been at, in the order of the first visit."""
    visited = select(session_clients.c.client_id).where(session_clients.c.session_id == session_id)
    return tuple(db.scalars(visited.order_by(session_clients.c.first_at, session_clients.c.client_id)))


def leave(db: Connection, subject_id: str, client_id: str) -> tuple[str, ...]:
    """Forgets that running sessions of the subject have been at a client; gives the ids of those that had, once each."""
    theirs = select(sessions.c.id).where(sessions.c.subject_id == subject_id, sessions.c.ended_at.is_(None))
    this = session_clients.c.session_id.in_(theirs) & (session_clients.c.client_id == client_id)
    return tuple(db.scalars(delete(session_clients).where(this).returning(session_clients.c.session_id)))
