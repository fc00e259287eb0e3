"""Tables of what is issued: signing keys, families with their codes, refresh tokens, revoked access tokens."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from idp.core.database import Json, UTCDateTime, metadata

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("alg", String(8), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("private_sealed", LargeBinary, nullable=False),
    Column("public_jwk", Json, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("signs_from", UTCDateTime, nullable=False),
    Column("retires_at", UTCDateTime),
    Column("gone_at", UTCDateTime),
    # Two rotations at once ask for the same generation: one of them gets it.
    UniqueConstraint("alg", "generation"),
)

# A family is born with its authorization code and is the parent of every token that comes of it.
families = Table(
    "families",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("code_digest", String(64), nullable=False, unique=True),
    Column("client_id", String(128), nullable=False),
    Column("subject_id", ForeignKey("subjects.id"), nullable=False, index=True),
    Column("session_id", ForeignKey("sessions.id"), nullable=False, index=True),
    Column("redirect_uri", Text, nullable=False),
    Column("redirect_uri_given", Boolean, nullable=False),
    Column("scope", String(2048), nullable=False),
    Column("nonce", String(512)),
    Column("code_challenge", String(43)),
    Column("acr", String(8), nullable=False),
    Column("amr", Json, nullable=False),
    Column("auth_time", UTCDateTime, nullable=False),
    Column("claims", Json, nullable=False),
    Column("resource", Text),
    Column("offline", Boolean, nullable=False),
    # The thumbprint of the key that whoever redeems the code must hold (RFC 9449 10).
    Column("dpop_jkt", String(43)),
    Column("issued_at", UTCDateTime, nullable=False),
    Column("code_expires_at", UTCDateTime, nullable=False),
    Column("code_used_at", UTCDateTime),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("revoked_at", UTCDateTime),
    Column("revoked_reason", String(32)),
    Index("ix_families_expires_at", "expires_at"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("family_id", ForeignKey("families.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("predecessor", String(64)),
    Column("issued_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("used_at", UTCDateTime),
    # Kept only while the grace lasts, so that a client whose answer was lost gets the same successor again.
    Column("successor_sealed", LargeBinary),
)

revoked_tokens = Table(
    "revoked_tokens",
    metadata,
    Column("jti", String(80), primary_key=True),
    Column("expires_at", UTCDateTime, nullable=False, index=True),
)
