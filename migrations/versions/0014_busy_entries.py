"""Entries of machines leave the index of events

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COLUMNS = ["event", "occurred_at", "id"]
RARE = sa.text("event NOT IN ('CodeRedeemed', 'RefreshRotated')")


def upgrade() -> None:
    op.drop_index("ix_audit_entries_event", table_name="audit_entries")
    op.create_index("ix_audit_entries_event", "audit_entries", COLUMNS, sqlite_where=RARE, postgresql_where=RARE)


def downgrade() -> None:
    op.drop_index("ix_audit_entries_event", table_name="audit_entries")
    op.create_index("ix_audit_entries_event", "audit_entries", COLUMNS)
