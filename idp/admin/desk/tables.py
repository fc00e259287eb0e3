"""The support desk: calls, what was done in each, codes that callers read out, and factor resets that wait for a second agent.

What a caller answers stands in none of them.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from idp.core.database import Json, UTCDateTime, metadata

support_cases = Table(
    "support_cases",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("agent_id", ForeignKey("subjects.id"), nullable=False),
    Column("subject_id", ForeignKey("subjects.id"), nullable=False, index=True),
    Column("brand", String(31), nullable=False),
    Column("started_at", UTCDateTime, nullable=False, index=True),
    # By question of the script, whether the answer was right.
    Column("verdicts", Json, nullable=False),
    Column("code_kind", String(16)),
    Column("code_proven_at", UTCDateTime),
    Column("ended_at", UTCDateTime),
)

support_acts = Table(
    "support_acts",
    metadata,
    Column("case_id", ForeignKey("support_cases.id"), primary_key=True),
    Column("act", String(24), primary_key=True),
    Column("subject_id", ForeignKey("subjects.id"), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("done_at", UTCDateTime, nullable=False),
)

# One row for a call: a newer code takes the place of the older, and the tries go on.
caller_codes = Table(
    "caller_codes",
    metadata,
    Column("case_id", ForeignKey("support_cases.id"), primary_key=True),
    Column("subject_id", ForeignKey("subjects.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("digest", String(64), nullable=False),
    # Only where it is shown to whoever is signed in.
    Column("code_sealed", LargeBinary),
    Column("sent_at", UTCDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used_at", UTCDateTime),
)

reset_requests = Table(
    "reset_requests",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("case_id", ForeignKey("support_cases.id"), nullable=False),
    Column("subject_id", ForeignKey("subjects.id"), nullable=False),
    Column("agent_id", ForeignKey("subjects.id"), nullable=False),
    Column("brand", String(31), nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("decided_at", UTCDateTime),
    Column("decided_by", ForeignKey("subjects.id")),
    Column("approved", Boolean),
)
UNDECIDED = reset_requests.c.decided_at.is_(None)
Index(
    "uq_reset_requests_undecided", reset_requests.c.subject_id, unique=True, sqlite_where=UNDECIDED, postgresql_where=UNDECIDED
)
