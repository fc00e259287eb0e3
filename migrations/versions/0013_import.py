"""Import of subjects, and the file in force

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import Json, UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subject_imports",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_subject_imports")),
    )
    op.create_table(
        "files_in_force",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("loaded_at", UTCDateTime(), nullable=True),
        sa.Column("rejected_digest", sa.String(length=64), nullable=True),
        sa.Column("rejected_at", UTCDateTime(), nullable=True),
        sa.Column("problems", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files_in_force")),
    )


def downgrade() -> None:
    op.drop_table("files_in_force")
    op.drop_table("subject_imports")
