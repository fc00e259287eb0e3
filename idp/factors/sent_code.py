"""Codes that are sent: six digits, good for five minutes, once, in the sign-in they were asked for. The newest counts alone."""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, Connection, ForeignKey, Integer, String, Table, delete, or_, select, update

from idp.core.database import UTCDateTime, metadata, upsert
from idp.core.sealing import Keyring
from idp.factors.factor import Wrong
from idp.subjects.proof import Proof

DIGITS = 6
LIFETIME = timedelta(minutes=5)
# How long after the first, the second and any later code the next one may be sent.
PAUSES = (timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120))
# How people and messages group digits.
BETWEEN = re.compile(r"[\s\u2010-\u2015-]+")

# One row for an interaction and a kind of code: a newer code takes the place of the older.
sent_codes = Table(
    "sent_codes",
    metadata,
    Column("interaction_id", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("subject_id", ForeignKey("subjects.id"), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("sends", Integer, nullable=False),
    Column("sent_at", UTCDateTime, nullable=False, index=True),
    Column("used_at", UTCDateTime),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a code counts: for which kind of step, of whom, in which interaction."""

    kind: str
    subject_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The newest code of a place: until when it counts, and from when on the next may be sent."""

    until: datetime
    again_at: datetime


@dataclass(frozen=True, slots=True)
class Late:
    """The code was right, but is older than it may be."""


class SentCodes:
    """The store. Only keyed digests stay: there are but a million codes, so a bare digest would be as good as the code."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def renew(self, db: Connection, place: Place, now: datetime) -> str | None:
        """A new code to be sent, which ends the one before; None where it is too soon. Of racing callers one gets it."""
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        row = sent_codes.c
        made = upsert(db, sent_codes).values(
            interaction_id=place.interaction_id,
            kind=place.kind,
            subject_id=place.subject_id,
            digest=self._digest(place, code),
            sends=1,
            sent_at=now,
        )
        new = {name: made.excluded[name] for name in ("subject_id", "digest", "sent_at", "used_at")}
        rested = [(row.sends == sends) & (row.sent_at <= now - pause) for sends, pause in enumerate(PAUSES, 1)]
        renewed = made.on_conflict_do_update(
            index_elements=[row.interaction_id, row.kind],
            set_=new | {"sends": row.sends + 1},
            where=or_(*rested, row.sent_at <= now - PAUSES[-1]),
        )
        return code if db.execute(renewed.returning(row.sends)).one_or_none() is not None else None

    def newest(self, db: Connection, place: Place) -> Sent | None:
        """What was sent last; None where nothing was yet, or it was used."""
        found = db.execute(select(sent_codes.c.sends, sent_codes.c.sent_at).where(_of(place))).one_or_none()
        return Sent(found.sent_at + LIFETIME, found.sent_at + _pause(found.sends)) if found else None

    def spend(self, db: Connection, place: Place, typed: str, proof: Proof) -> Proof | Wrong | Late:
        """Uses the code up, at the time of `proof`: one caller of many gets it. Spaces and dashes do not matter."""
        code = BETWEEN.sub("", typed)
        if not re.fullmatch(f"[0-9]{{{DIGITS}}}", code):
            return Wrong()
        this = _of(place) & (sent_codes.c.digest == self._digest(place, code))
        fresh = sent_codes.c.sent_at > proof.at - LIFETIME
        if db.execute(update(sent_codes).where(this, fresh).values(used_at=proof.at)).rowcount == 1:
            return proof
        return Late() if db.scalar(select(sent_codes.c.sends).where(this)) else Wrong()

    def _digest(self, place: Place, code: str) -> str:
        said = "\n".join((place.kind, place.subject_id, place.interaction_id, code))
        return hmac.digest(self._keyring.derive("sent code"), said.encode(), "sha256").hex()


def purge(db: Connection, now: datetime, batch: int) -> int:
    """Removes up to `batch` codes that count no more and were sent an hour ago; returns how many."""
    old = sent_codes.c.sent_at < now - timedelta(hours=1)
    some = select(sent_codes.c.interaction_id).where(old).limit(batch)
    return db.execute(delete(sent_codes).where(old, sent_codes.c.interaction_id.in_(some))).rowcount


def _of(place: Place) -> ColumnElement[bool]:
    row = sent_codes.c
    mine = (row.interaction_id == place.interaction_id) & (row.kind == place.kind) & (row.subject_id == place.subject_id)
    return mine & row.used_at.is_(None)


def _pause(sends: int) -> timedelta:
    return PAUSES[min(sends, len(PAUSES)) - 1]
