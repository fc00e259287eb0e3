"""The handles by which passkeys know their subjects

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passkey_handles",
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_passkey_handles_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_passkey_handles")),
        sa.UniqueConstraint("handle", name=op.f("uq_passkey_handles_handle")),
    )


def downgrade() -> None:
    op.drop_table("passkey_handles")
