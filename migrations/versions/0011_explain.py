"""Refused requests

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import Json, UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refusals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("refused_at", UTCDateTime(), nullable=False),
        sa.Column("endpoint", sa.String(length=16), nullable=False),
        sa.Column("client_id", sa.String(length=128), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_refusals_client_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusals")),
    )
    with op.batch_alter_table("refusals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refusals_reference"), ["reference"], unique=False)
        batch_op.create_index(batch_op.f("ix_refusals_refused_at"), ["refused_at"], unique=False)
        batch_op.create_index("ix_refusals_client_id_id", ["client_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("refusals")
