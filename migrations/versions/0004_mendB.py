"""What is taken back keeps whether it was confirmed, and whom its link was sent to

Revision ID: 0004_mendB
Revises: 0004_lost
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_mendB"
down_revision = "0004_lost"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contact_undos", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("told_key", sa.String(length=1024), nullable=True))
    op.execute("UPDATE contact_undos SET told_key = old_key")
    with op.batch_alter_table("contact_undos", schema=None) as batch_op:
        batch_op.alter_column("told_key", existing_type=sa.String(length=1024), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("contact_undos", schema=None) as batch_op:
        batch_op.drop_column("told_key")
        batch_op.drop_column("confirmed")
