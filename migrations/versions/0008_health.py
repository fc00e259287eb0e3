"""Health

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FAILED = sa.text("failed_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "pulses",
        sa.Column("worker", sa.String(length=128), nullable=False),
        sa.Column("began_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_pulses")),
    )
    op.create_table(
        "tallies",
        sa.Column("hour", UTCDateTime(), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "event", "brand", "kind", name=op.f("pk_tallies")),
    )
    op.create_table(
        "tally_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_cursor")),
    )
    op.add_column("outbox", sa.Column("brand", sa.String(length=32), nullable=True))
    op.create_index("ix_outbox_failed", "outbox", ["kind"], sqlite_where=FAILED, postgresql_where=FAILED)


def downgrade() -> None:
    op.drop_index("ix_outbox_failed", "outbox")
    op.drop_column("outbox", "brand")
    op.drop_table("tally_cursor")
    op.drop_table("tallies")
    op.drop_table("pulses")
