"""The support desk

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from idp.core.database import Json, UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _subject(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=40), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "support_cases",
        sa.Column("id", sa.String(length=40), nullable=False),
        _subject("agent_id"),
        _subject("subject_id"),
        sa.Column("brand", sa.String(length=31), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("verdicts", Json, nullable=False),
        sa.Column("code_kind", sa.String(length=16)),
        sa.Column("code_proven_at", UTCDateTime()),
        sa.Column("ended_at", UTCDateTime()),
        sa.ForeignKeyConstraint(["agent_id"], ["subjects.id"], name=op.f("fk_support_cases_agent_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_support_cases_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_cases")),
    )
    op.create_index(op.f("ix_support_cases_subject_id"), "support_cases", ["subject_id"])
    op.create_index(op.f("ix_support_cases_started_at"), "support_cases", ["started_at"])
    op.create_table(
        "support_acts",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=24), nullable=False),
        _subject("subject_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("done_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["support_cases.id"], name=op.f("fk_support_acts_case_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_support_acts_subject_id")),
        sa.PrimaryKeyConstraint("case_id", "act", name=op.f("pk_support_acts")),
    )
    op.create_index(op.f("ix_support_acts_subject_id"), "support_acts", ["subject_id"])
    op.create_table(
        "caller_codes",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        _subject("subject_id"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("code_sealed", sa.LargeBinary()),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", UTCDateTime()),
        sa.ForeignKeyConstraint(["case_id"], ["support_cases.id"], name=op.f("fk_caller_codes_case_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_caller_codes_subject_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_caller_codes")),
    )
    op.create_index(op.f("ix_caller_codes_subject_id"), "caller_codes", ["subject_id"])
    _requests()
    op.create_index("ix_subjects_names", "subjects", [sa.text("lower(family_name)"), sa.text("lower(given_name)")])
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("about", sa.String(length=40)))
    op.create_index(op.f("ix_outbox_about"), "outbox", ["about"])


def _requests() -> None:
    op.create_table(
        "reset_requests",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        _subject("subject_id"),
        _subject("agent_id"),
        sa.Column("brand", sa.String(length=31), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime()),
        _subject("decided_by", nullable=True),
        sa.Column("approved", sa.Boolean()),
        sa.ForeignKeyConstraint(["case_id"], ["support_cases.id"], name=op.f("fk_reset_requests_case_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subjects.id"], name=op.f("fk_reset_requests_subject_id")),
        sa.ForeignKeyConstraint(["agent_id"], ["subjects.id"], name=op.f("fk_reset_requests_agent_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["subjects.id"], name=op.f("fk_reset_requests_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reset_requests")),
    )
    undecided = sa.text("decided_at IS NULL")
    op.create_index(
        "uq_reset_requests_undecided",
        "reset_requests",
        ["subject_id"],
        unique=True,
        sqlite_where=undecided,
        postgresql_where=undecided,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_outbox_about"), "outbox")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_column("about")
    op.drop_index("ix_subjects_names", "subjects")
    for table in ("reset_requests", "caller_codes", "support_acts", "support_cases"):
        op.drop_table(table)
