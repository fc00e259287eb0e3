"""A customer's own account

Revision ID: 0004_ownlife
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import UTCDateTime

revision = "0004_ownlife"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("address", sa.String(length=64), nullable=True))
    op.add_column("sessions", sa.Column("device", sa.String(length=160), nullable=True))
    op.add_column("brand_visits", sa.Column("withdrawn_at", UTCDateTime(), nullable=True))
    op.add_column("subjects", sa.Column("closing_at", UTCDateTime(), nullable=True))
    op.add_column("subjects", sa.Column("closing_brand", sa.String(length=31), nullable=True))
    op.add_column("subjects", sa.Column("closing_reminded_at", UTCDateTime(), nullable=True))
    closing = sa.text("closing_at IS NOT NULL")
    op.create_index("ix_subjects_closing_at", "subjects", ["closing_at"], sqlite_where=closing, postgresql_where=closing)
    op.create_index("ix_audit_entries_subject_id_id", "audit_entries", ["subject_id", "id"])
    op.drop_index("ix_audit_entries_subject_id", "audit_entries")


def downgrade() -> None:
    op.create_index("ix_audit_entries_subject_id", "audit_entries", ["subject_id"])
    op.drop_index("ix_audit_entries_subject_id_id", "audit_entries")
    op.drop_index("ix_subjects_closing_at", "subjects")
    with op.batch_alter_table("subjects", schema=None) as batch_op:
        batch_op.drop_column("closing_reminded_at")
        batch_op.drop_column("closing_brand")
        batch_op.drop_column("closing_at")

    with op.batch_alter_table("brand_visits", schema=None) as batch_op:
        batch_op.drop_column("withdrawn_at")

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("device")
        batch_op.drop_column("address")
