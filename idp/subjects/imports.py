"""How far the import of a file has come: written with each batch, so that a batch and the mark behind it are one act."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from idp.core.database import upsert
from idp.subjects.model import subject_imports


@dataclass(frozen=True, slots=True)
class Mark:
    """Everything up to `line` is done: so many subjects `added`, so many rows `refused`."""

    line: int = 0
    added: int = 0
    refused: int = 0
    finished: bool = False


def begun(db: Connection, digest: str) -> Mark | None:
    """How far the file with this SHA-256 has come; None where its import was never begun."""
    row = db.execute(select(subject_imports).where(subject_imports.c.digest == digest)).one_or_none()
    return Mark(row.line, row.added, row.refused, row.finished_at is not None) if row else None


def begin(db: Connection, digest: str, now: datetime) -> None:
    """The file is imported from its first line."""
    first = {"line": 0, "added": 0, "refused": 0, "begun_at": now, "finished_at": None}
    fresh = upsert(db, subject_imports).values(digest=digest, **first)
    db.execute(fresh.on_conflict_do_update(index_elements=["digest"], set_=first))


def advance(db: Connection, digest: str, before: Mark, after: Mark, now: datetime) -> bool:
    """Moves the mark; False where it is not at `before`: somebody else imports the same file."""
    this = (subject_imports.c.digest == digest) & (subject_imports.c.line == before.line)
    values = {"line": after.line, "added": after.added, "refused": after.refused}
    under_way = update(subject_imports).where(this, subject_imports.c.finished_at.is_(None))
    moved = under_way.values(**values, finished_at=now if after.finished else None)
    return db.execute(moved).rowcount == 1
