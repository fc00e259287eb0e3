"""Browsers we remember: the tables of sessions and of the clients each has visited."""

from datetime import datetime

from sqlalchemy import BindParameter, Boolean, Column, ColumnElement, ForeignKey, Index, String, Table, and_, false

from idp.core.database import Json, UTCDateTime, metadata

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("handle_digest", String(64), nullable=False, unique=True),
    Column("subject_id", ForeignKey("subjects.id"), nullable=False),
    Column("acr", String(8), nullable=False),
    Column("amr", Json, nullable=False),
    Column("auth_time", UTCDateTime, nullable=False),
    Column("proofs", Json, nullable=False),
    Column("brand", String(31)),
    Column("shared", Boolean, nullable=False),
    Column("trusted", Boolean, nullable=False, server_default=false()),
    Column("browser", String(64), nullable=False),
    # Where it was begun or last proven, for its owner to recognise; gone when it ends.
    Column("address", String(64)),
    Column("device", String(160)),
    Column("created_at", UTCDateTime, nullable=False),
    Column("last_seen_at", UTCDateTime, nullable=False),
    Column("idle_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Column("end_reason", String(32)),
    Index("ix_sessions_subject_id_browser", "subject_id", "browser"),
)
# The sweep looks for live sessions whose time has come; ended ones pile up and must not slow it.
_LIVE = sessions.c.ended_at.is_(None)
Index("ix_sessions_live_idle_at", sessions.c.idle_at, sqlite_where=_LIVE, postgresql_where=_LIVE)
Index("ix_sessions_live_expires_at", sessions.c.expires_at, sqlite_where=_LIVE, postgresql_where=_LIVE)

session_clients = Table(
    "session_clients",
    metadata,
    Column("session_id", ForeignKey("sessions.id"), primary_key=True),
    Column("client_id", String(128), primary_key=True),
    Column("first_at", UTCDateTime, nullable=False),
)


def is_alive(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The condition that a row of `sessions` is a live session at `now`: not ended, not idle, not too old."""
    return and_(_LIVE, sessions.c.idle_at > now, sessions.c.expires_at > now)
