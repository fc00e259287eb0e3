"""Client registration

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deleted_clients",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("deleted_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deleted_clients")),
    )
    op.add_column("clients", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("client_secrets", sa.Column("last_used_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("client_secrets", "last_used_at")
    op.drop_column("clients", "version")
    op.drop_table("deleted_clients")
