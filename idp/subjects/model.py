"""Who signs in: the tables of subjects, of their customer numbers at the brands, and of files they came in."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, false, func

from idp.core.database import Json, UTCDateTime, metadata

subjects = Table(
    "subjects",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("username", String(128), nullable=False),
    Column("username_key", String(512), nullable=False, unique=True),
    Column("email", String(254), nullable=False),
    Column("email_key", String(1024), nullable=False, unique=True),
    Column("email_verified", Boolean, nullable=False),
    Column("given_name", String(128)),
    Column("family_name", String(128)),
    Column("claims", Json, nullable=False),
    Column("locale", String(35)),
    Column("created_at", UTCDateTime, nullable=False),
    Column("updated_at", UTCDateTime, nullable=False),
    Column("disabled_at", UTCDateTime),
    Column("staff", Boolean, nullable=False, server_default=false()),
    Column("recovered_at", UTCDateTime),
    # When the owner wants the account closed, under which brand they said so, and that they were reminded of it.
    Column("closing_at", UTCDateTime),
    Column("closing_brand", String(31)),
    Column("closing_reminded_at", UTCDateTime),
)
# Support looks for people by their whole name.
Index("ix_subjects_names", func.lower(subjects.c.family_name), func.lower(subjects.c.given_name))
# The worker looks for accounts whose time has come; hardly any has one.
_CLOSING = subjects.c.closing_at.is_not(None)
Index("ix_subjects_closing_at", subjects.c.closing_at, sqlite_where=_CLOSING, postgresql_where=_CLOSING)

subject_brands = Table(
    "subject_brands",
    metadata,
    Column("subject_id", String(40), ForeignKey("subjects.id"), primary_key=True),
    Column("brand", String(31), primary_key=True),
    Column("customer_number", String(64), nullable=False),
    UniqueConstraint("brand", "customer_number", name="uq_subject_brands_customer_number"),
)

# How far the import of a file has come; its digest is that of the content.
subject_imports = Table(
    "subject_imports",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("line", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("begun_at", UTCDateTime, nullable=False),
    Column("finished_at", UTCDateTime),
)
