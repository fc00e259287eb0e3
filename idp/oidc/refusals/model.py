"""The table of refused requests, kept so that somebody can be told why."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from idp.core.audit_tables import Serial
from idp.core.database import Json, UTCDateTime, metadata

# `because` is one of our own sentences or words; nothing here was written by whoever sent the request but what is in `facts`.
refusals = Table(
    "refusals",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("reference", String(40), nullable=False, index=True),
    Column("refused_at", UTCDateTime, nullable=False, index=True),
    Column("endpoint", String(16), nullable=False),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE")),
    Column("code", String(64), nullable=False),
    Column("public", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("facts", Json, nullable=False),
    Index("ix_refusals_client_id_id", "client_id", "id"),
)
