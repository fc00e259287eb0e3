"""Password lanes

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "password_lanes",
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("ghost", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("window_began_at", UTCDateTime(), nullable=False),
        sa.Column("failures_without_success", sa.Integer(), nullable=False),
        sa.Column("locked_at", UTCDateTime(), nullable=True),
        sa.Column("locked_until", UTCDateTime(), nullable=True),
        sa.Column("lock_brand", sa.String(length=31), nullable=True),
        sa.Column("shut", sa.Boolean(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("who", "browser", name=op.f("pk_password_lanes")),
    )
    with op.batch_alter_table("password_lanes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_password_lanes_ghosts",
            ["seen_at"],
            unique=False,
            sqlite_where=sa.text("ghost"),
            postgresql_where=sa.text("ghost"),
        )


def downgrade() -> None:
    with op.batch_alter_table("password_lanes", schema=None) as batch_op:
        batch_op.drop_index("ix_password_lanes_ghosts", sqlite_where=sa.text("ghost"), postgresql_where=sa.text("ghost"))

    op.drop_table("password_lanes")
