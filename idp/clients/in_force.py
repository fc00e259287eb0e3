"""Which clients.yaml is in force: the last good one, whole, and why a later one was refused.

One row that all processes share. It lets one of them merge the clients, lets a process that starts while the file is broken
stand on the last good one, and tells the console what waits to be mended.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Integer, String, Table, Text, or_, select

from idp.brands.brand import Brand
from idp.clients.metadata import ClientMetadata
from idp.core.database import Json, UTCDateTime, metadata, upsert

MOST_PROBLEMS = 20
LONGEST_PROBLEM = 300

files_in_force = Table(
    "files_in_force",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("loaded_at", UTCDateTime),
    Column("rejected_digest", String(64)),
    Column("rejected_at", UTCDateTime),
    Column("problems", Json, nullable=False),
)
ONLY = 1
_NOTHING: Mapping[str, Any] = {"id": ONLY, "digest": "", "text": "", "problems": []}


@dataclass(frozen=True, slots=True)
class WholeFile:
    """A good file: its `text`, and the brands and clients it names."""

    text: str
    brands: Mapping[str, Brand]
    clients: list[ClientMetadata]

    @property
    def digest(self) -> str:
        """What tells one content from another."""
        return digest_of(self.text)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A file that was refused at `at`; `problems` are lines of the form `file:line: what to do`."""

    at: datetime
    problems: tuple[str, ...]


def digest_of(text: str) -> str:
    """SHA-256 over `text`, as hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def last_good(db: Connection) -> str | None:
    """The text of the file in force; None where none was ever loaded."""
    return db.scalar(select(files_in_force.c.text).where(files_in_force.c.id == ONLY)) or None


def last_rejection(db: Connection) -> Rejection | None:
    """Why the file as it is now is not in force; None where it is."""
    row = db.execute(select(files_in_force).where(files_in_force.c.rejected_at.is_not(None))).one_or_none()
    return Rejection(row.rejected_at, tuple(row.problems)) if row else None


def take(db: Connection, text: str, now: datetime) -> bool:
    """Puts the file in force. True for the one caller who has to do what follows from it; False where it is there already."""
    fresh = {"digest": digest_of(text), "text": text, "loaded_at": now}
    mended: dict[str, Any] = {"rejected_digest": None, "rejected_at": None, "problems": []}
    changes = or_(files_in_force.c.digest != fresh["digest"], files_in_force.c.rejected_digest.is_not(None))
    return _put(db, fresh | mended, changes)


def reject(db: Connection, digest: str, problems: Sequence[str], now: datetime) -> bool:
    """Remembers why a file is refused. True for the one caller who has to tell it; False where it was told already."""
    told = [problem[:LONGEST_PROBLEM] for problem in problems[:MOST_PROBLEMS]]
    refused = {"rejected_digest": digest, "rejected_at": now, "problems": told}
    changes = or_(files_in_force.c.rejected_digest.is_(None), files_in_force.c.rejected_digest != digest)
    return _put(db, refused, changes)


def _put(db: Connection, values: Mapping[str, Any], changes: Any) -> bool:
    first = upsert(db, files_in_force).values({**_NOTHING, **values})
    one = first.on_conflict_do_update(index_elements=["id"], set_=dict(values), where=changes)
    return db.execute(one.returning(files_in_force.c.id)).one_or_none() is not None
