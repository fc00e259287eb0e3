"""The tables of the audit trail, and the triggers that keep two of them append-only."""

from sqlalchemy import DDL, BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text, event

from idp.core.database import Json, UTCDateTime, metadata

Serial = BigInteger().with_variant(Integer(), "sqlite")

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("occurred_at", UTCDateTime, nullable=False, index=True),
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
    Column("mac", String(64), nullable=False, unique=True),
    Column("key_id", String(16), nullable=False),
    # Subjects read their own entries, the newest first.
    Index("ix_audit_entries_subject_id_id", "subject_id", "id"),
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

_SQLITE = """
CREATE TRIGGER {table}_keeps_{act} BEFORE {ACT} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
# INSERT OR REPLACE deletes the old row without firing its DELETE trigger.
_SQLITE_REPLACE = """
CREATE TRIGGER {table}_keeps_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
_POSTGRESQL = """
CREATE TRIGGER {table}_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def _append_only(table: str, key: str) -> dict[str, tuple[str, ...]]:
    acts = tuple(_SQLITE.format(table=table, act=act, ACT=act.upper()).strip() for act in ("update", "delete"))
    return {
        "sqlite": (*acts, _SQLITE_REPLACE.format(table=table, key=key).strip()),
        "postgresql": (_POSTGRESQL_FUNCTION.strip(), _POSTGRESQL.format(table=table).strip()),
    }


_BY_TABLE = {audit_entries: _append_only("audit_entries", "id"), audit_links: _append_only("audit_links", "position")}

APPEND_ONLY_DDL: dict[str, tuple[str, ...]] = {
    dialect: tuple(statement for ddl in _BY_TABLE.values() for statement in ddl[dialect])
    for dialect in ("sqlite", "postgresql")
}
"""The triggers by dialect name, to run after both tables exist. `metadata.create_all` runs them by itself."""

for _table, _ddl in _BY_TABLE.items():
    for _dialect, _statements in _ddl.items():
        for _statement in _statements:
            _ddl_event = DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect)  # type: ignore[no-untyped-call]
            event.listen(_table, "after_create", _ddl_event)
