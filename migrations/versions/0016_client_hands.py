"""Whose hands clients went through

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_hands",
        sa.Column("client_id", sa.String(length=128), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_client_hands_client_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_client_hands_subject_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("client_id", "subject_id", name=op.f("pk_client_hands")),
    )


def downgrade() -> None:
    op.drop_table("client_hands")
