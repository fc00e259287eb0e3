"""The tables of the audit trail."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text, literal_column

from idp.core.database import Json, UTCDateTime, metadata

Serial = BigInteger().with_variant(Integer(), "sqlite")

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("occurred_at", UTCDateTime, nullable=False),
    Column("event", String(64), nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject_id", String(64), nullable=True),
    Column("client_id", Text, nullable=True),
    Column("brand", String(64), nullable=True),
    Column("session_digest", String(64), nullable=True),
    Column("acr", Text, nullable=True),
    Column("amr", Text, nullable=False),
    Column("details", Json, nullable=False),
    Column("sealed_fields", LargeBinary, nullable=False),
    Column("mac", String(64), nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("reference_digest", String(32), nullable=True),
    # Subjects read their own entries, the newest first.
    Index("ix_audit_entries_subject_id_id", "subject_id", "id"),
    # What is searched for is read in the order of time, so that a page costs as much as it shows.
    Index("ix_audit_entries_occurred_at_id", "occurred_at", "id"),
    # No entry twice. By time first, though the HMAC alone would say it: what is written at one time stands on few pages.
    Index("ix_audit_entries_occurred_at_mac", "occurred_at", "mac", unique=True),
    Index("ix_audit_entries_client_id", "client_id", "occurred_at", "id"),
    Index("ix_audit_entries_brand", "brand", "occurred_at", "id"),
    sqlite_autoincrement=True,
    implicit_returning=False,
)

# A forgotten subject keeps its row, without the key: so that a later event does not quietly make a new one.
trail_keys = Table(
    "trail_keys",
    metadata,
    Column("subject_id", String(64), primary_key=True),
    Column("sealed_key", LargeBinary, nullable=True),
    Column("created_at", UTCDateTime, nullable=False),
)

audit_links = Table(
    "audit_links",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("entry_id", BigInteger, nullable=False, unique=True),
    Column("link", Text, nullable=False),
    Column("head_signed_at", UTCDateTime, nullable=True),
)

# Most entries tell that a machine took tokens: reading in the order of time finds those, and they need no place in an index.
# Nor do entries with no actor but the subject, and those without a reference.
BUSY = ("CodeRedeemed", "RefreshRotated")
IS_RARE = audit_entries.c.event.not_in([literal_column(f"'{name}'") for name in BUSY])
HAS_ACTOR = audit_entries.c.actor != ""
HAS_REFERENCE = audit_entries.c.reference_digest.is_not(None)
Index(
    "ix_audit_entries_event",
    audit_entries.c.event,
    audit_entries.c.occurred_at,
    audit_entries.c.id,
    sqlite_where=IS_RARE,
    postgresql_where=IS_RARE,
)
Index(
    "ix_audit_entries_actor",
    audit_entries.c.actor,
    audit_entries.c.occurred_at,
    audit_entries.c.id,
    sqlite_where=HAS_ACTOR,
    postgresql_where=HAS_ACTOR,
)
Index(
    "ix_audit_entries_reference_digest",
    audit_entries.c.reference_digest,
    sqlite_where=HAS_REFERENCE,
    postgresql_where=HAS_REFERENCE,
)

# Where the trail was cut: entries and links up to `position` may go, and `signed` says that we let them.
audit_cuts = Table(
    "audit_cuts",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("signed", Text, nullable=False),
    Column("cut_at", UTCDateTime, nullable=False),
)

# How far the receiver of the trail has it; one row.
audit_sent = Table(
    "audit_sent",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("sent_at", UTCDateTime, nullable=False),
)
