"""Tables of the staff."""

from sqlalchemy import Column, ForeignKey, String, Table

from idp.core.database import UTCDateTime, metadata

# `brand` is empty where the role is for all brands: a primary key holds no NULL.
staff_roles = Table(
    "staff_roles",
    metadata,
    Column("subject_id", ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("brand", String(32), primary_key=True),
    Column("granted_at", UTCDateTime, nullable=False),
)

# Who of the staff registered a client, changed it or made it a secret: each may know what it proves itself with.
client_hands = Table(
    "client_hands",
    metadata,
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True),
    Column("subject_id", ForeignKey("subjects.id", ondelete="CASCADE"), primary_key=True),
    Column("since", UTCDateTime, nullable=False),
)
