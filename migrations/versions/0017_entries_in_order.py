"""What of the trail is written at one time stands together

Each HMAC is still there once: a copied entry has the time of the first one, or an HMAC that does not fit. Found by the HMAC
alone, each entry was written to another page of the index.

Revision ID: 0017
Revises: 0016
"""

from alembic import op
from sqlalchemy import text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEX = "ix_audit_entries_occurred_at_mac"
CONSTRAINT = "CONSTRAINT uq_audit_entries_mac UNIQUE (mac)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("uq_audit_entries_mac", "audit_entries", type_="unique")
    else:
        _rebuild(lambda table: table.replace(f"{CONSTRAINT}, ", "").replace(f", {CONSTRAINT}", ""))
    op.create_index(INDEX, "audit_entries", ["occurred_at", "mac"], unique=True)


def downgrade() -> None:
    op.drop_index(INDEX, "audit_entries")
    if op.get_bind().dialect.name == "postgresql":
        op.create_unique_constraint("uq_audit_entries_mac", "audit_entries", ["mac"])
    else:
        _rebuild(lambda table: f"{table.rstrip().removesuffix(')')}, {CONSTRAINT})")


def _rebuild(changed):
    """SQLite changes no constraint of a table that stands. Its indexes and triggers, and the next id, stay what they were."""
    db = op.get_bind()
    found = db.execute(text("SELECT type, sql FROM sqlite_master WHERE tbl_name = 'audit_entries' AND sql IS NOT NULL")).all()
    (table,) = [" ".join(sql.split()) for kind, sql in found if kind == "table"]
    if changed(table) == table:
        raise RuntimeError("audit_entries is not the table that was expected")
    last = db.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = 'audit_entries'"))
    db.exec_driver_sql("ALTER TABLE audit_entries RENAME TO audit_entries_before")
    db.exec_driver_sql(changed(table))
    db.exec_driver_sql("INSERT INTO audit_entries SELECT * FROM audit_entries_before")
    db.exec_driver_sql("DROP TABLE audit_entries_before")
    for kind, sql in found:
        if kind != "table":
            db.exec_driver_sql(sql)
    db.execute(text("DELETE FROM sqlite_sequence WHERE name = 'audit_entries'"))
    if last is not None:
        db.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES ('audit_entries', :last)"), {"last": last})
