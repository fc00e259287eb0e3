"""The table of password lanes: what was tried, by whose name and from which browser, and what of it is locked."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, text

from idp.core.database import UTCDateTime, metadata

password_lanes = Table(
    "password_lanes",
    metadata,
    Column("who", String(64), primary_key=True),
    Column("browser", String(64), primary_key=True),
    Column("ghost", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("window_began_at", UTCDateTime, nullable=False),
    Column("failures_without_success", Integer, nullable=False),
    Column("locked_at", UTCDateTime),
    Column("locked_until", UTCDateTime),
    Column("lock_brand", String(31)),
    Column("shut", Boolean, nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),
    # Eviction takes the oldest ghosts first, out of a million.
    Index("ix_password_lanes_ghosts", "seen_at", sqlite_where=text("ghost"), postgresql_where=text("ghost")),
)
