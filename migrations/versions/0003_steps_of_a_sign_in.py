"""Steps of a sign-in

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nudges",
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("put_off_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_nudges_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_nudges")),
    )
    op.create_table(
        "sent_codes",
        sa.Column("interaction_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_sent_codes_subject_id")),
        sa.PrimaryKeyConstraint("interaction_id", "kind", name=op.f("pk_sent_codes")),
    )
    with op.batch_alter_table("sent_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sent_codes_sent_at"), ["sent_at"], unique=False)

    with op.batch_alter_table("code_tries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("in_a_row", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("trusted", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("subjects", schema=None) as batch_op:
        batch_op.add_column(sa.Column("staff", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("subjects", schema=None) as batch_op:
        batch_op.drop_column("staff")

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("trusted")

    with op.batch_alter_table("code_tries", schema=None) as batch_op:
        batch_op.drop_column("in_a_row")

    with op.batch_alter_table("sent_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sent_codes_sent_at"))

    op.drop_table("sent_codes")
    op.drop_table("nudges")
