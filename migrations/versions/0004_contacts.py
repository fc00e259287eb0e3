"""Changes of contacts that can be taken back

Revision ID: 0004_contacts
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import UTCDateTime

revision = "0004_contacts"
down_revision = "0004_ownlife"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_undos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle_digest", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("old", sa.String(length=254), nullable=False),
        sa.Column("old_key", sa.String(length=1024), nullable=False),
        sa.Column("codes", sa.Boolean(), nullable=False),
        sa.Column("brand", sa.String(length=31), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_contact_undos_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_undos")),
        sa.UniqueConstraint("handle_digest", name=op.f("uq_contact_undos_handle_digest")),
    )
    with op.batch_alter_table("contact_undos", schema=None) as batch_op:
        batch_op.create_index("ix_contact_undos_subject_id", ["subject_id"], unique=False)
        batch_op.create_index("ix_contact_undos_old_key", ["old_key"], unique=False)
        batch_op.create_index("ix_contact_undos_made_at", ["made_at"], unique=False)


def downgrade() -> None:
    op.drop_table("contact_undos")
