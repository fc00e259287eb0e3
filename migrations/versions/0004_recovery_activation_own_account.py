"""Recovery, activation, own account

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activation_codes",
        sa.Column("code_id", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("code_id", name=op.f("pk_activation_codes")),
    )
    with op.batch_alter_table("activation_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activation_codes_sent_at"), ["sent_at"], unique=False)

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

    op.create_table(
        "contact_undos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle_digest", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("old", sa.String(length=254), nullable=False),
        sa.Column("old_key", sa.String(length=1024), nullable=False),
        sa.Column("codes", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("told_key", sa.String(length=1024), nullable=False),
        sa.Column("brand", sa.String(length=31), nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_contact_undos_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_undos")),
        sa.UniqueConstraint("handle_digest", name=op.f("uq_contact_undos_handle_digest")),
    )
    with op.batch_alter_table("contact_undos", schema=None) as batch_op:
        batch_op.create_index("ix_contact_undos_made_at", ["made_at"], unique=False)
        batch_op.create_index("ix_contact_undos_old_key", ["old_key"], unique=False)
        batch_op.create_index("ix_contact_undos_subject_id", ["subject_id"], unique=False)

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
        sa.UniqueConstraint("finish_digest", name=op.f("uq_factor_resets_finish_digest")),
        sa.UniqueConstraint("stop_digest", name=op.f("uq_factor_resets_stop_digest")),
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
        "recovery_cases",
        sa.Column("case_digest", sa.String(length=64), nullable=False),
        sa.Column("asked_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("brand", sa.String(length=31), nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("subject_id", sa.String(length=40), nullable=True),
        sa.Column("email_digest", sa.String(length=64), nullable=True),
        sa.Column("handle_digest", sa.String(length=64), nullable=True),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_recovery_cases_subject_id")),
        sa.PrimaryKeyConstraint("case_digest", name=op.f("pk_recovery_cases")),
        sa.UniqueConstraint("handle_digest", name=op.f("uq_recovery_cases_handle_digest")),
    )
    with op.batch_alter_table("recovery_cases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_cases_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_recovery_cases_subject_id"), ["subject_id"], unique=False)

    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entries_subject_id"))
        batch_op.create_index("ix_audit_entries_subject_id_id", ["subject_id", "id"], unique=False)

    with op.batch_alter_table("brand_visits", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", UTCDateTime(), nullable=True))

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("address", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("device", sa.String(length=160), nullable=True))

    with op.batch_alter_table("subjects", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closing_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("closing_brand", sa.String(length=31), nullable=True))
        batch_op.add_column(sa.Column("closing_reminded_at", UTCDateTime(), nullable=True))
        batch_op.create_index(
            "ix_subjects_closing_at",
            ["closing_at"],
            unique=False,
            sqlite_where=sa.text("closing_at IS NOT NULL"),
            postgresql_where=sa.text("closing_at IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("subjects", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_subjects_closing_at",
            sqlite_where=sa.text("closing_at IS NOT NULL"),
            postgresql_where=sa.text("closing_at IS NOT NULL"),
        )
        batch_op.drop_column("closing_reminded_at")
        batch_op.drop_column("closing_brand")
        batch_op.drop_column("closing_at")

    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_column("device")
        batch_op.drop_column("address")

    with op.batch_alter_table("brand_visits", schema=None) as batch_op:
        batch_op.drop_column("withdrawn_at")

    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entries_subject_id_id")
        batch_op.create_index(batch_op.f("ix_audit_entries_subject_id"), ["subject_id"], unique=False)

    with op.batch_alter_table("recovery_cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_cases_subject_id"))
        batch_op.drop_index(batch_op.f("ix_recovery_cases_asked_at"))

    op.drop_table("recovery_cases")
    with op.batch_alter_table("factor_resets", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_factor_resets_running", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )
        batch_op.drop_index("ix_factor_resets_subject_id_started_at")

    op.drop_table("factor_resets")
    with op.batch_alter_table("contact_undos", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_undos_subject_id")
        batch_op.drop_index("ix_contact_undos_old_key")
        batch_op.drop_index("ix_contact_undos_made_at")

    op.drop_table("contact_undos")
    with op.batch_alter_table("lost_asks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lost_asks_asked_at"))

    op.drop_table("lost_asks")
    with op.batch_alter_table("activation_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activation_codes_sent_at"))

    op.drop_table("activation_codes")
