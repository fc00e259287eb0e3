"""Recovery cases: somebody said who they are and cannot get in. What was asked waits here until the worker has answered it.

A case is stored whether or not there is such a subject, and answered later: so asking costs the same for every name (S3.5).
The mail carries a link, good in any browser, and a code, good where the case began. Either opens the case; one act ends it.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

from idp.core.database import UTCDateTime, metadata
from idp.core.handles import digest, new_handle
from idp.core.sealing import Keyring

LIFETIME = timedelta(minutes=15)
KEPT = timedelta(hours=1)
MOST = 100_000
CODE_TRIES = 5
CODE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
CODE_LENGTH = 8
# What is not in the alphabet is read as the letter it looks like.
LOOKALIKES = str.maketrans("018", "OIB")
PURPOSE = "recovery case"

recovery_cases = Table(
    "recovery_cases",
    metadata,
    Column("case_digest", String(64), primary_key=True),
    Column("asked_sealed", LargeBinary),
    Column("brand", String(31)),
    Column("asked_at", UTCDateTime, nullable=False, index=True),
    Column("answered_at", UTCDateTime),
    Column("subject_id", ForeignKey("subjects.id"), index=True),
    Column("handle_digest", String(64), unique=True),
    Column("code_digest", String(64)),
    Column("tries", Integer, nullable=False),
    Column("used_at", UTCDateTime),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that nobody has answered yet; `name` is what was typed."""

    case_digest: str
    name: str
    brand: str | None


@dataclass(frozen=True, slots=True)
class Keys:
    """What the mail carries: the handle of its link, and its code."""

    handle: str
    code: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case of a subject that is open: its mail was sent, and nothing was done with it yet."""

    subject_id: str
    brand: str | None
    handle_digest: str


@dataclass(frozen=True, slots=True)
class WrongKey:
    """The code opens nothing; `left` more tries."""

    left: int


class Cases:
    """The store. Statements run in the caller's transaction."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def ask(self, db: Connection, case: str, name: str, brand: str | None, now: datetime) -> None:
        """Stores what was asked under the handle `case`, which only the asking browser has."""
        sealed = self._keyring.seal(name.encode(), PURPOSE)
        row = {"case_digest": digest(case), "asked_sealed": sealed, "brand": brand, "asked_at": now, "tries": 0}
        db.execute(recovery_cases.insert().values(row))

    def waiting(self, db: Connection, limit: int) -> tuple[Waiting, ...]:
        """The oldest cases that wait for an answer."""
        row = recovery_cases.c
        found = select(row.case_digest, row.asked_sealed, row.brand).where(row.answered_at.is_(None))
        return tuple(
            Waiting(each.case_digest, self._keyring.open(each.asked_sealed, PURPOSE).decode(), each.brand)
            for each in db.execute(found.order_by(row.asked_at).limit(limit))
        )

    def take(self, db: Connection, waiting: Waiting, now: datetime) -> bool:
        """Takes a case to answer it: of many workers one gets it. What was typed is forgotten."""
        this = (recovery_cases.c.case_digest == waiting.case_digest) & recovery_cases.c.answered_at.is_(None)
        return db.execute(update(recovery_cases).where(this).values(answered_at=now, asked_sealed=None)).rowcount == 1

    def equip(self, db: Connection, waiting: Waiting, subject_id: str, now: datetime) -> Keys:
        """Makes a taken case one of this subject, and gives what to mail. Every earlier one of theirs is over."""
        row, code = recovery_cases.c, "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        earlier = (row.subject_id == subject_id) & row.used_at.is_(None)
        db.execute(update(recovery_cases).where(earlier).values(used_at=now))
        handle = new_handle()
        keys = {"handle_digest": digest(handle), "code_digest": self._code_digest(waiting.case_digest, code)}
        db.execute(update(recovery_cases).where(row.case_digest == waiting.case_digest).values(subject_id=subject_id, **keys))
        return Keys(handle, f"{code[:4]}-{code[4:]}")

    def open_by_code(self, db: Connection, case: str, typed: str, now: datetime) -> str | WrongKey:
        """The digest of the case's handle for the right code, once. Every try counts, whether or not there is a subject."""
        row, case_digest = recovery_cases.c, digest(case)
        this = (row.case_digest == case_digest) & (row.tries < CODE_TRIES)
        counted = update(recovery_cases).where(this).values(tries=row.tries + 1)
        tried = db.execute(counted.returning(row.tries, row.code_digest, row.handle_digest)).one_or_none()
        if tried is None:
            return WrongKey(0)
        mine = self._code_digest(case_digest, _plain(typed))
        if tried.code_digest is None or not hmac.compare_digest(tried.code_digest, mine):
            return WrongKey(CODE_TRIES - tried.tries)
        spent = (row.case_digest == case_digest) & (row.code_digest == mine)
        once = db.execute(update(recovery_cases).where(spent, *_open(now)).values(code_digest=None))
        return str(tried.handle_digest) if once.rowcount == 1 else WrongKey(CODE_TRIES - tried.tries)

    def find(self, db: Connection, handle_digest: str, now: datetime) -> Case | None:
        """The open case behind a link; None for one that is over, or never was. Uses nothing up."""
        row = recovery_cases.c
        found = select(row.subject_id, row.brand, row.handle_digest).where(row.handle_digest == handle_digest, *_open(now))
        case = db.execute(found).one_or_none()
        return Case(*case) if case else None

    def use(self, db: Connection, handle_digest: str, now: datetime) -> bool:
        """Ends an open case, for what is done in the same transaction: one of many callers may do it."""
        this = recovery_cases.c.handle_digest == handle_digest
        return db.execute(update(recovery_cases).where(this, *_open(now)).values(used_at=now)).rowcount == 1

    def purge(self, db: Connection, now: datetime, batch: int) -> int:
        """Removes up to `batch` cases that are an hour old, and the oldest beyond 100 000; returns how many."""
        row = recovery_cases.c
        many = db.execute(select(func.count()).select_from(recovery_cases)).scalar_one()
        oldest = select(row.case_digest).order_by(row.asked_at)
        gone = 0
        for some in (oldest.where(row.asked_at < now - KEPT).limit(batch), oldest.limit(min(batch, max(many - MOST, 0)))):
            gone += db.execute(delete(recovery_cases).where(row.case_digest.in_(some))).rowcount
        return gone

    def _code_digest(self, case_digest: str, code: str) -> str:
        # 40 bits are too few for a bare digest to keep them.
        return hmac.digest(self._keyring.derive(PURPOSE), f"{case_digest}\n{code}".encode(), "sha256").hex()


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    row = recovery_cases.c
    return row.used_at.is_(None), row.subject_id.is_not(None), row.answered_at > now - LIFETIME


def _plain(typed: str) -> str:
    """A typed code as it was made: spaces, dashes and case do not matter."""
    return re.sub(r"[\s\u2010-\u2015-]+", "", typed).upper().translate(LOOKALIKES)
