"""Codes that are bound to a key

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("families", sa.Column("dpop_jkt", sa.String(length=43), nullable=True))


def downgrade() -> None:
    op.drop_column("families", "dpop_jkt")
