"""Tables of dynamic registration: the tokens that let a client register, and those by which it manages itself."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, false

from idp.core.database import UTCDateTime, metadata

initial_access_tokens = Table(
    "initial_access_tokens",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("brand", String(32)),
    Column("pkce_optional", Boolean, nullable=False, server_default=false()),
    Column("most_uses", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("revoked_at", UTCDateTime),
)

registration_tokens = Table(
    "registration_tokens",
    metadata,
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
)
