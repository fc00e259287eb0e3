"""The code that a caller reads to the agent: six digits, five minutes, once, five tries in a call. It signs nobody in.

It has a table and a key of its own, so that no sign-in could take it for one of theirs.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from idp.admin.desk.cases import IN_ACCOUNT
from idp.admin.desk.tables import caller_codes, support_cases
from idp.core.database import upsert
from idp.core.sealing import Keyring

PURPOSE = "caller code"
DIGITS, TRIES = 6, 5
LIFETIME, PAUSE = timedelta(minutes=5), timedelta(seconds=30)
# How people group digits.
BETWEEN = re.compile(r"[\s\u2010-\u2015-]+")


@dataclass(frozen=True, slots=True)
class Out:
    """The newest code of a call: how it went out, until when it counts, and how many tries are left."""

    kind: str
    until: datetime
    left: int
    used: bool


class CallerCodes:
    """The store. Statements run in the caller's transaction."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def renew(self, db: Connection, case_id: str, subject_id: str, kind: str, now: datetime) -> str | None:
        """A new code, which ends the one before; None where it is too soon. Of racing callers one gets it."""
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        shown = self._keyring.seal(code.encode(), PURPOSE) if kind == IN_ACCOUNT else None
        new = {"kind": kind, "digest": self._digest(case_id, code), "code_sealed": shown, "sent_at": now, "used_at": None}
        made = upsert(db, caller_codes).values(case_id=case_id, subject_id=subject_id, tries=0, **new)
        rested = caller_codes.c.sent_at <= now - PAUSE
        renewed = made.on_conflict_do_update(index_elements=["case_id"], set_=new, where=rested)
        return code if db.execute(renewed.returning(caller_codes.c.case_id)).one_or_none() is not None else None

    def newest(self, db: Connection, case_id: str) -> Out | None:
        """What went out last in a call."""
        row = db.execute(select(caller_codes).where(caller_codes.c.case_id == case_id)).one_or_none()
        return Out(row.kind, row.sent_at + LIFETIME, TRIES - row.tries, row.used_at is not None) if row else None

    def try_(self, db: Connection, case_id: str, typed: str, now: datetime) -> str | None:
        """How the code went out that `typed` is, and uses it up; None for any other. Every try counts."""
        row, code = caller_codes.c, BETWEEN.sub("", typed)
        this = (row.case_id == case_id) & row.used_at.is_(None) & (row.tries < TRIES) & (row.sent_at > now - LIFETIME)
        right = row.digest == self._digest(case_id, code)
        counted = update(caller_codes).where(this).values(tries=row.tries + 1).returning(row.case_id)
        if db.execute(counted).one_or_none() is None:
            return None
        spent = update(caller_codes).where(row.case_id == case_id, row.used_at.is_(None), right)
        used = db.execute(spent.values(used_at=now, code_sealed=None).returning(row.kind)).one_or_none()
        return str(used.kind) if used is not None else None

    def shown_to(self, db: Connection, subject_id: str, now: datetime) -> str | None:
        """The code that a signed-in subject sees in their account, while they are on the phone."""
        row = caller_codes.c
        fresh = (row.subject_id == subject_id) & row.used_at.is_(None) & (row.sent_at > now - LIFETIME)
        running = support_cases.c.ended_at.is_(None) & (row.tries < TRIES)
        sealed = select(row.code_sealed).join(support_cases, support_cases.c.id == row.case_id)
        newest = sealed.where(fresh, running, row.kind == IN_ACCOUNT).order_by(row.sent_at.desc()).limit(1)
        found = db.scalar(newest)
        return self._keyring.open(found, PURPOSE).decode() if found is not None else None

    def _digest(self, case_id: str, code: str) -> str:
        # There are but a million codes, so a bare digest would be as good as the code.
        return hmac.digest(self._keyring.derive(PURPOSE), f"{case_id}\n{code}".encode(), "sha256").hex()
