"""What of the trail is written at one time stands together

No entry is there twice: a copy has the time of the first one, or an HMAC that does not fit. SQLite, which keeps a time as text,
takes only the one form that we write. Found by the HMAC alone, each entry was written to another page of the index.

Revision ID: 0017
Revises: 0016
"""

from alembic import op
from sqlalchemy import text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEX, COLUMNS = "ix_audit_entries_occurred_at_mac", ["occurred_at", "mac"]
CONSTRAINT = "CONSTRAINT uq_audit_entries_mac UNIQUE (mac)"
FORM = (
    "CREATE TRIGGER IF NOT EXISTS audit_entries_keeps_form BEFORE INSERT ON audit_entries "
    "WHEN typeof(NEW.occurred_at) != 'text' OR NEW.occurred_at NOT GLOB '????-??-?? ??:??:??.??????' "
    "BEGIN SELECT RAISE(ABORT, 'audit_entries: occurred_at is not written as we write it'); END"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(INDEX, "audit_entries", COLUMNS, unique=True)
        op.drop_constraint("uq_audit_entries_mac", "audit_entries", type_="unique")  # last: from here on nobody reads either
    else:
        _rebuild(lambda table: table.replace(f"{CONSTRAINT}, ", "").replace(f", {CONSTRAINT}", ""), make_index=True)
        op.execute(FORM)


def downgrade() -> None:
    op.drop_index(INDEX, "audit_entries")
    if op.get_bind().dialect.name == "postgresql":
        op.create_unique_constraint("uq_audit_entries_mac", "audit_entries", ["mac"])
    else:
        op.execute("DROP TRIGGER IF EXISTS audit_entries_keeps_form")
        _rebuild(lambda table: f"{table.rstrip().removesuffix(')')}, {CONSTRAINT})", make_index=False)


def _rebuild(changed, make_index):
    """SQLite changes no constraint of a table that stands. Its indexes and triggers, and the next id, stay what they were.

    The old table gives its name away first, so that the new one is made from its own text. No trigger of another names it.
    Indexes are there before the entries, which come in their order: an index made of many would sort them in memory.
    """
    db = op.get_bind()
    theirs = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'audit_entries' AND sql IS NOT NULL"
    found = db.execute(text(theirs)).all()
    (table,) = [" ".join(sql.split()) for kind, _, sql in found if kind == "table"]
    if changed(table) == table:
        raise RuntimeError("audit_entries is not the table that was expected")
    last = db.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = 'audit_entries'"))
    for kind, name, _ in found:
        if kind != "table":
            db.exec_driver_sql(f"DROP {kind} {name}")
    db.exec_driver_sql("ALTER TABLE audit_entries RENAME TO audit_entries_before")
    db.exec_driver_sql(changed(table))
    for kind, _, sql in found:
        if kind == "index":
            db.exec_driver_sql(sql)
    if make_index:
        op.create_index(INDEX, "audit_entries", COLUMNS, unique=True)
    db.exec_driver_sql("INSERT INTO audit_entries SELECT * FROM audit_entries_before ORDER BY id")
    db.exec_driver_sql("DROP TABLE audit_entries_before")
    for kind, _, sql in found:
        if kind == "trigger":
            db.exec_driver_sql(sql)
    db.execute(text("DELETE FROM sqlite_sequence WHERE name = 'audit_entries'"))
    if last is not None:
        db.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES ('audit_entries', :last)"), {"last": last})
