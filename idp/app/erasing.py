"""What is kept about a subject, wherever it is kept, and how it goes when the account is closed."""

from sqlalchemy import Connection, Table, delete

from idp.core.database import metadata

# These stay, without anything personal: the tombstone of the account itself, the trail with its key destroyed, and sessions
# and families, which name neither a person nor a place once they have ended.
KEPT = frozenset({"subjects", "audit_entries", "trail_keys", "sessions", "families"})


def erased() -> tuple[Table, ...]:
    """Every other table with rows of one subject: what is added later goes too, unless it says otherwise above."""
    return tuple(
        table for table in reversed(metadata.sorted_tables) if "subject_id" in table.columns and table.name not in KEPT
    )


def forget(db: Connection, subject_id: str) -> None:
    """Removes every row about the subject from these tables."""
    for table in erased():
        db.execute(delete(table).where(table.c.subject_id == subject_id))
