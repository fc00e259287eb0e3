"""The running sessions of one subject, as their owner sees them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from idp.sessions.model import is_alive, session_clients, sessions


@dataclass(frozen=True, slots=True)
class Running:
    """A running session: from where and with what it was proven last, and the ids of the clients it has been at.

    `address` is IP text and `device` what the browser sent of itself; both are None where the session is older than they are.
    """

    id: str
    brand: str | None
    shared: bool
    address: str | None
    device: str | None
    created_at: datetime
    last_seen_at: datetime
    clients: tuple[str, ...]


_OWN = ("id", "brand", "shared", "address", "device", "created_at", "last_seen_at")
_COLUMNS = [sessions.c[name] for name in _OWN]


def running(db: Connection, subject_id: str, now: datetime) -> tuple[Running, ...]:
    """The subject's running sessions, the one used last first."""
    theirs = select(*_COLUMNS).where(sessions.c.subject_id == subject_id, is_alive(now))
    rows = db.execute(theirs.order_by(sessions.c.last_seen_at.desc(), sessions.c.id)).all()
    been: dict[str, list[str]] = {row.id: [] for row in rows}
    visits = select(session_clients.c.session_id, session_clients.c.client_id).where(session_clients.c.session_id.in_(been))
    for session_id, client_id in db.execute(visits.order_by(session_clients.c.first_at, session_clients.c.client_id)):
        been[session_id].append(client_id)
    return tuple(Running(**row._asdict(), clients=tuple(been[row.id])) for row in rows)


def count(db: Connection, subject_id: str, now: datetime) -> int:
    """How many sessions of the subject are running."""
    theirs = select(func.count()).select_from(sessions).where(sessions.c.subject_id == subject_id, is_alive(now))
    return db.scalar(theirs) or 0
