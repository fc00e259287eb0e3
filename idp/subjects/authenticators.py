"""Authenticators: what a subject has enrolled, one table for every kind of factor."""

import secrets
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)

from idp.core.database import UTCDateTime, metadata

LONGEST_LABEL = 64

authenticators = Table(
    "authenticators",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("subject_id", ForeignKey("subjects.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("label", String(64), nullable=False),
    Column("verifier", LargeBinary, nullable=False),
    Column("lookup", String(128)),
    Column("counter", BigInteger, nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("last_used_at", UTCDateTime),
    Column("removed_at", UTCDateTime),
    UniqueConstraint("kind", "lookup", name="uq_authenticators_lookup"),
    Index("ix_authenticators_subject_id_kind", "subject_id", "kind"),
)


@dataclass(frozen=True, slots=True)
class Authenticator:
    """One enrolled instance of a factor. `verifier` is what its factor keeps, `lookup` the key it is found by, if any."""

    id: str
    subject_id: str
    kind: str
    label: str
    verifier: bytes
    lookup: str | None
    counter: int
    created_at: datetime
    last_used_at: datetime | None


_COLUMNS = [authenticators.c[f.name] for f in fields(Authenticator)]
_OF = (
    select(*_COLUMNS)
    .where(authenticators.c.subject_id == bindparam("subject_id"), authenticators.c.removed_at.is_(None))
    .order_by(authenticators.c.created_at, authenticators.c.id)
)
_KINDS = (
    select(authenticators.c.kind)
    .where(authenticators.c.subject_id == bindparam("subject_id"), authenticators.c.removed_at.is_(None))
    .distinct()
)
_OF_KIND = _OF.where(authenticators.c.kind == bindparam("kind"))
_HOLD_KIND = _OF_KIND.with_for_update()
_BY_LOOKUP = select(*_COLUMNS).where(
    authenticators.c.kind == bindparam("kind"),
    authenticators.c.lookup == bindparam("lookup"),
    authenticators.c.removed_at.is_(None),
)


def by_lookup(db: Connection, kind: str, lookup: str) -> Authenticator | None:
    """The authenticator of `kind` that is found by `lookup`, whosever it is; None where there is none in use."""
    row = db.execute(_BY_LOOKUP, {"kind": kind, "lookup": lookup}).one_or_none()
    return Authenticator(*row) if row else None


def of(db: Connection, subject_id: str, kind: str | None = None) -> tuple[Authenticator, ...]:
    """What the subject has enrolled, oldest first; of one `kind` where that is given."""
    if kind is None:
        rows = db.execute(_OF, {"subject_id": subject_id})
    else:
        rows = db.execute(_OF_KIND, {"subject_id": subject_id, "kind": kind})
    return tuple(Authenticator(*row) for row in rows)


def hold(db: Connection, subject_id: str, kind: str) -> tuple[Authenticator, ...]:
    """What the subject has enrolled of one `kind`, as it is, and as it stays until the transaction ends."""
    return tuple(Authenticator(*row) for row in db.execute(_HOLD_KIND, {"subject_id": subject_id, "kind": kind}))


def kinds(db: Connection, subject_id: str) -> frozenset[str]:
    """The kinds of factor of which the subject has enrolled something."""
    return frozenset(db.scalars(_KINDS, {"subject_id": subject_id}))


def add(
    db: Connection,
    subject_id: str,
    kind: str,
    verifier: bytes,
    now: datetime,
    *,
    label: str = "",
    lookup: str | None = None,
    counter: int = 0,
) -> str:
    """Enrols an authenticator and gives its id. A `lookup` that is taken raises IntegrityError."""
    authenticator_id = f"a_{secrets.token_urlsafe(16)}"
    db.execute(
        insert(authenticators).values(
            id=authenticator_id,
            subject_id=subject_id,
            kind=kind,
            label=label,
            verifier=verifier,
            lookup=lookup,
            counter=counter,
            created_at=now,
        )
    )
    return authenticator_id


def remove(db: Connection, authenticator_id: str, now: datetime) -> bool:
    """Takes an authenticator out of use for good; False where it already was, or never existed."""
    this = authenticators.c.id == authenticator_id
    gone = db.execute(update(authenticators).where(this, authenticators.c.removed_at.is_(None)).values(removed_at=now))
    return gone.rowcount == 1


def rename(db: Connection, subject_id: str, authenticator_id: str, label: str) -> bool:
    """Gives an authenticator of this subject another label, which `label_of` has passed; False for any other's."""
    this = (authenticators.c.id == authenticator_id) & (authenticators.c.subject_id == subject_id)
    renamed = db.execute(update(authenticators).where(this, authenticators.c.removed_at.is_(None)).values(label=label))
    return renamed.rowcount == 1


def label_of(typed: str) -> str | None:
    """What somebody typed as a label: 1 to 64 visible characters, without space around; None for anything else."""
    label = typed.strip()
    return label if 1 <= len(label) <= LONGEST_LABEL and label.isprintable() else None


def use(db: Connection, proven: Authenticator, now: datetime, verifier: bytes | None = None) -> bool:
    """Marks `proven` as used now, replacing its verifier where a new one is given.

    False where it was removed or its verifier changed since it was read: a proof of the old one no longer counts.
    """
    values: dict[str, object] = {"last_used_at": now} | ({"verifier": verifier} if verifier is not None else {})
    used = db.execute(
        update(authenticators)
        .where(
            authenticators.c.id == proven.id,
            authenticators.c.verifier == proven.verifier,
            authenticators.c.removed_at.is_(None),
        )
        .values(values)
    )
    return used.rowcount == 1


def renew(db: Connection, subject_id: str, kind: str, verifier: bytes, now: datetime) -> None:
    """Puts `verifier` in the place of the one that the subject has of `kind`; adds it where there is none."""
    mine = (authenticators.c.subject_id == subject_id) & (authenticators.c.kind == kind)
    values = {"verifier": verifier, "created_at": now, "last_used_at": None}
    changed = db.execute(update(authenticators).where(mine, authenticators.c.removed_at.is_(None)).values(values))
    if changed.rowcount == 0:
        add(db, subject_id, kind, verifier, now)


def advance(db: Connection, authenticator_id: str, counter: int) -> bool:
    """Moves the counter forward to `counter`. False where it already stands there or beyond: each step counts once."""
    moved = db.execute(
        update(authenticators)
        .where(
            authenticators.c.id == authenticator_id,
            authenticators.c.counter < counter,
            authenticators.c.removed_at.is_(None),
        )
        .values(counter=counter)
    )
    return moved.rowcount == 1
