"""Tables of registered clients, their secrets, and what subjects permit them."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, UniqueConstraint, text

from idp.core.database import Json, UTCDateTime, metadata

clients = Table(
    "clients",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("source", String(16), nullable=False),  # "file", "left" the file, "registered" by staff, "dynamic" by itself
    Column("metadata", Json, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("updated_at", UTCDateTime, nullable=False),
    Column("disabled_at", UTCDateTime),
    # Counts the changes of the metadata: of two who change it at once, the second is told.
    Column("version", Integer, nullable=False, server_default=text("1")),
)

# A name that is gone is never given away again: what trusted it must not trust somebody else.
deleted_clients = Table(
    "deleted_clients",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("deleted_at", UTCDateTime, nullable=False),
)

client_secrets = Table(
    "client_secrets",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime),
    # To the nearest minutes: see `secret_use`.
    Column("last_used_at", UTCDateTime),
)

consents = Table(
    "consents",
    metadata,
    Column("subject_id", String(64), primary_key=True),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True),
    Column("scope", String(2048), nullable=False),
    Column("granted_at", UTCDateTime, nullable=False),
)

brand_visits = Table(
    "brand_visits",
    metadata,
    Column("subject_id", String(64), nullable=False),
    Column("brand", String(32), nullable=False),
    Column("allowed_at", UTCDateTime, nullable=False),
    Column("withdrawn_at", UTCDateTime),
    UniqueConstraint("subject_id", "brand"),
)
