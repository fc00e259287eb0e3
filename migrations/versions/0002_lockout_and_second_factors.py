"""Lockout and second factors

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

    op.create_table(
        "code_tries",
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_code_tries_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "kind", name=op.f("pk_code_tries")),
    )
    op.create_table(
        "known_browsers",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("handle_digest", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("first_seen_at", UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("trusted_until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_known_browsers_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_browsers")),
        sa.UniqueConstraint("subject_id", "handle_digest", name=op.f("uq_known_browsers_subject_id")),
    )
    with op.batch_alter_table("known_browsers", schema=None) as batch_op:
        batch_op.create_index("ix_known_browsers_expires_at", ["expires_at"], unique=False)
        batch_op.create_index("ix_known_browsers_handle_digest", ["handle_digest"], unique=False)

    op.create_table(
        "passkey_handles",
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_passkey_handles_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_passkey_handles")),
        sa.UniqueConstraint("handle", name=op.f("uq_passkey_handles_handle")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_recovery_codes_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", "place", name=op.f("pk_recovery_codes")),
    )
    op.create_table(
        "unlock_links",
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("handle_digest", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=31), nullable=False),
        sa.Column("mailed_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_unlock_links_subject_id")),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_unlock_links")),
        sa.UniqueConstraint("handle_digest", name=op.f("uq_unlock_links_handle_digest")),
    )


def downgrade() -> None:
    op.drop_table("unlock_links")
    op.drop_table("recovery_codes")
    op.drop_table("passkey_handles")
    with op.batch_alter_table("known_browsers", schema=None) as batch_op:
        batch_op.drop_index("ix_known_browsers_handle_digest")
        batch_op.drop_index("ix_known_browsers_expires_at")

    op.drop_table("known_browsers")
    op.drop_table("code_tries")
    with op.batch_alter_table("password_lanes", schema=None) as batch_op:
        batch_op.drop_index("ix_password_lanes_ghosts", sqlite_where=sa.text("ghost"), postgresql_where=sa.text("ghost"))

    op.drop_table("password_lanes")
