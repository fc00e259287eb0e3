"""Recovery cases: somebody said who they are and cannot get in. The table, and how long they wait.

A case is stored whether or not there is such a subject, and answered later: so asking costs the same for every name (S3.5).
"""

from datetime import timedelta

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from idp.core.database import UTCDateTime, metadata

# So long a case waits for its answer, and so long what was mailed is good.
LIFETIME = timedelta(minutes=15)
PURPOSE = "recovery case"

recovery_cases = Table(
    "recovery_cases",
    metadata,
    Column("case_digest", String(64), primary_key=True),
    Column("asked_sealed", LargeBinary),
    Column("brand", String(31)),
    Column("asked_at", UTCDateTime, nullable=False, index=True),
    Column("due_at", UTCDateTime, nullable=False),
    Column("answered_at", UTCDateTime),
    Column("subject_id", ForeignKey("subjects.id"), index=True),
    Column("email_digest", String(64)),
    Column("handle_digest", String(64), unique=True),
    Column("code_digest", String(64)),
    Column("tries", Integer, nullable=False),
    Column("used_at", UTCDateTime),
)
# Few wait among many that were answered within the hour, and the worker looks for them twice a second.
WAITING = recovery_cases.c.answered_at.is_(None)
for column in (recovery_cases.c.due_at, recovery_cases.c.asked_at):
    Index(f"ix_recovery_cases_waiting_{column.name}", column, sqlite_where=WAITING, postgresql_where=WAITING)
