"""Recovery

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recovery_cases",
        sa.Column("case_digest", sa.String(length=64), nullable=False),
        sa.Column("asked_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("brand", sa.String(length=31), nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("subject_id", sa.String(length=40), nullable=True),
        sa.Column("email_digest", sa.String(length=64), nullable=True),
        sa.Column("handle_digest", sa.String(length=64), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_recovery_cases_subject_id")),
        sa.PrimaryKeyConstraint("case_digest", name=op.f("pk_recovery_cases")),
        sa.UniqueConstraint("handle_digest", name=op.f("uq_recovery_cases_handle_digest")),
    )
    with op.batch_alter_table("recovery_cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_cases_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_recovery_cases_subject_id"), ["subject_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("recovery_cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_cases_subject_id"))
        batch_op.drop_index(batch_op.f("ix_recovery_cases_asked_at"))

    op.drop_table("recovery_cases")
