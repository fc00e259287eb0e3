"""Audit: searched, cut and sent on

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from idp.core.audit_triggers import APPEND_ONLY_DDL, CUTS_DDL
from idp.core.database import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TRIGGERS = {"sqlite": ("_keeps_update", "_keeps_delete", "_keeps_replace"), "postgresql": ("_keeps", "_keeps_delete")}


def upgrade() -> None:
    op.add_column("audit_entries", sa.Column("reference_digest", sa.String(length=32), nullable=True))
    op.drop_index("ix_audit_entries_occurred_at", "audit_entries")
    op.create_index("ix_audit_entries_occurred_at_id", "audit_entries", ["occurred_at", "id"])
    op.create_index("ix_audit_entries_event", "audit_entries", ["event", "occurred_at", "id"])
    op.create_index("ix_audit_entries_client_id", "audit_entries", ["client_id", "occurred_at", "id"])
    op.create_index("ix_audit_entries_brand", "audit_entries", ["brand", "occurred_at", "id"])
    _partial("ix_audit_entries_actor", ["actor", "occurred_at", "id"], "actor != ''")
    _partial("ix_audit_entries_reference_digest", ["reference_digest"], "reference_digest IS NOT NULL")
    op.create_table(
        "audit_cuts",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signed", sa.Text(), nullable=False),
        sa.Column("cut_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_cuts")),
    )
    op.create_table(
        "audit_sent",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sent")),
    )
    _guard()


def downgrade() -> None:
    _unguard()  # they ask the table of cuts
    op.drop_table("audit_sent")
    op.drop_table("audit_cuts")
    names = ("actor", "brand", "client_id", "event", "occurred_at_id", "reference_digest")
    for name in names:
        op.drop_index(f"ix_audit_entries_{name}", "audit_entries")
    op.create_index("ix_audit_entries_occurred_at", "audit_entries", ["occurred_at"])
    op.drop_column("audit_entries", "reference_digest")
    for table in ("audit_entries", "audit_links"):
        for statement in _refusing(table):
            op.execute(statement)


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "audit_entries", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _guard() -> None:
    # The triggers of a database that was made before let nothing go, not even by a cut.
    dialect = op.get_bind().dialect.name
    _unguard()
    for statement in (*APPEND_ONLY_DDL[dialect], *CUTS_DDL[dialect]):
        op.execute(statement)


def _unguard() -> None:
    dialect = op.get_bind().dialect.name
    for table in ("audit_entries", "audit_links"):
        for name in TRIGGERS[dialect]:
            op.execute(f"DROP TRIGGER IF EXISTS {table}{name}" + (f" ON {table}" if dialect == "postgresql" else ""))


def _refusing(table: str) -> list[str]:
    if op.get_bind().dialect.name == "postgresql":
        which = f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT"
        return [f"CREATE TRIGGER {table}_keeps {which} EXECUTE FUNCTION refuse_change()"]
    refused = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return [f"CREATE TRIGGER {table}_keeps_{act} BEFORE {act.upper()} ON {table} {refused}" for act in ("update", "delete")]
