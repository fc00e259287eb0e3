"""What a case is answered with: a link, good in any browser, and a code, good where the case began.

Either opens the case; one act ends it. Who has another address since, or another password, gets in by neither.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select, update

from idp.core.clock import Clock
from idp.core.events import Event
from idp.core.handles import digest, new_handle
from idp.core.sealing import Keyring
from idp.recovery.case_table import LIFETIME, PURPOSE, recovery_cases
from idp.subjects.model import subjects
from idp.subjects.names import name_key
from idp.subjects.subjects import Subject

CODE_TRIES = 5
CODE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
CODE_LENGTH = 8
# What is not in the alphabet is read as the letter it looks like.
LOOKALIKES = str.maketrans("018", "OIB")


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
    email_digest: str

    def is_of(self, subject: Subject) -> bool:
        """Whether it was mailed to where this subject reads mail now."""
        return subject.id == self.subject_id and subject.email_verified and self.email_digest == _email_digest(subject)


@dataclass(frozen=True, slots=True)
class WrongKey:
    """The code opens nothing; `left` more tries."""

    left: int


class Cases:
    """The store. Statements run in the caller's transaction."""

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock

    def equip(self, db: Connection, case_digest: str, subject: Subject, now: datetime) -> Keys:
        """Makes a taken case one of this subject, and gives what to mail. Every earlier one of theirs is over."""
        # Held, so that of two cases that are answered at one moment the later one finds the earlier.
        db.execute(select(subjects.c.id).where(subjects.c.id == subject.id).with_for_update(key_share=True))
        self.close(db, subject.id, now)
        handle, code = new_handle(), "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        keys = {"handle_digest": digest(handle), "code_digest": self._code_digest(case_digest, code)}
        whose = {"subject_id": subject.id, "email_digest": _email_digest(subject)}
        this = recovery_cases.c.case_digest == case_digest
        db.execute(update(recovery_cases).where(this).values(**whose, **keys))
        return Keys(handle, f"{code[:4]}-{code[4:]}")

    def close(self, db: Connection, subject_id: str, now: datetime) -> None:
        """Ends every open case of a subject."""
        row = recovery_cases.c
        theirs = (row.subject_id == subject_id) & row.used_at.is_(None)
        db.execute(update(recovery_cases).where(theirs).values(used_at=now))

    def when_password_changed(self, db: Connection, event: Event) -> None:
        """A subscriber: whoever chose a new password is not overtaken by a link that was mailed before."""
        if event.subject_id is not None:
            self.close(db, event.subject_id, self._clock.now())

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
        found = select(row.subject_id, row.brand, row.handle_digest, row.email_digest)
        case = db.execute(found.where(row.handle_digest == handle_digest, *_open(now))).one_or_none()
        return Case(*case) if case else None

    def use(self, db: Connection, handle_digest: str, now: datetime) -> bool:
        """Ends an open case, for what is done in the same transaction: one of many callers may do it."""
        this = recovery_cases.c.handle_digest == handle_digest
        return db.execute(update(recovery_cases).where(this, *_open(now)).values(used_at=now)).rowcount == 1

    def _code_digest(self, case_digest: str, code: str) -> str:
        # 40 bits are too few for a bare digest to keep them.
        return hmac.digest(self._keyring.derive(PURPOSE), f"{case_digest}\n{code}".encode(), "sha256").hex()


def _email_digest(subject: Subject) -> str:
    return digest(name_key(subject.email))


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    row = recovery_cases.c
    return row.used_at.is_(None), row.subject_id.is_not(None), row.answered_at > now - LIFETIME


def _plain(typed: str) -> str:
    """A typed code as it was made: spaces, dashes and case do not matter."""
    return re.sub(r"[\s\u2010-\u2015-]+", "", typed).upper().translate(LOOKALIKES)
