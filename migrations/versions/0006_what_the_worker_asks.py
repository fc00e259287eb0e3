"""What the worker asks each turn, and the language of a factor reset

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

WAITING = (("lost_asks", "asked_at"), ("recovery_cases", "due_at"), ("recovery_cases", "asked_at"))
UNANSWERED = sa.text("answered_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("factor_resets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=8), nullable=True))
        batch_op.create_index(batch_op.f("ix_factor_resets_ended_at"), ["ended_at"], unique=False)

    for table, column in WAITING:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(
                f"ix_{table}_waiting_{column}", [column], unique=False, sqlite_where=UNANSWERED, postgresql_where=UNANSWERED
            )


def downgrade() -> None:
    for table, column in WAITING:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(f"ix_{table}_waiting_{column}", sqlite_where=UNANSWERED, postgresql_where=UNANSWERED)

    with op.batch_alter_table("factor_resets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_factor_resets_ended_at"))
        batch_op.drop_column("language")
