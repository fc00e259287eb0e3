"""Lost second factors

Revision ID: 0004_lost
Revises: 0004_activation
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import UTCDateTime

revision = "0004_lost"
down_revision = "0004_activation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "factor_resets",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("brand", sa.String(length=31), nullable=True),
        sa.Column("proofs", sa.String(length=64), nullable=False),
        sa.Column("contacts_digest", sa.String(length=64), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("middle_at", UTCDateTime(), nullable=False),
        sa.Column("ready_at", UTCDateTime(), nullable=False),
        sa.Column("middle_told_at", UTCDateTime(), nullable=True),
        sa.Column("ready_told_at", UTCDateTime(), nullable=True),
        sa.Column("stop_digest", sa.String(length=64), nullable=False),
        sa.Column("stop_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("finish_digest", sa.String(length=64), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_factor_resets_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_resets")),
        sa.UniqueConstraint("stop_digest", name=op.f("uq_factor_resets_stop_digest")),
        sa.UniqueConstraint("finish_digest", name=op.f("uq_factor_resets_finish_digest")),
    )
    with op.batch_alter_table("factor_resets", schema=None) as batch_op:
        batch_op.create_index("ix_factor_resets_subject_id_started_at", ["subject_id", "started_at"], unique=False)
        batch_op.create_index(
            "uq_factor_resets_running",
            ["subject_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
    op.create_table(
        "lost_asks",
        sa.Column("interaction_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("asked_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("interaction_id", "kind", name=op.f("pk_lost_asks")),
    )
    with op.batch_alter_table("lost_asks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lost_asks_asked_at"), ["asked_at"], unique=False)


def downgrade() -> None:
    op.drop_table("lost_asks")
    op.drop_table("factor_resets")
