"""What a client has running: the sessions that came to it and still live, and its families of tokens that still stand."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from idp.oidc.tokens.model import families
from idp.sessions.model import is_alive, session_clients, sessions


def sessions_at(db: Connection, client_id: str, now: datetime) -> int:
    """How many live sessions have visited the client."""
    visited = sessions.join(session_clients, session_clients.c.session_id == sessions.c.id)
    this = session_clients.c.client_id == client_id
    return db.scalar(select(func.count()).select_from(visited).where(this, is_alive(now))) or 0


def families_of(db: Connection, client_id: str, now: datetime) -> int:
    """How many families of the client are not revoked and not over."""
    standing = (families.c.revoked_at.is_(None)) & (families.c.expires_at > now)
    this = (families.c.client_id == client_id) & standing
    return db.scalar(select(func.count()).select_from(families).where(this)) or 0
