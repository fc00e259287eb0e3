"""What was asked waits here, sealed, until the worker has answered it; then it is forgotten."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update

from idp.core.handles import digest
from idp.core.sealing import Keyring, Unsealable
from idp.recovery import forgetting
from idp.recovery.case_table import LIFETIME, PURPOSE, recovery_cases


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed, and how: a name, or an agreement with what its holder knows. `device` and `language` are the page's."""

    name: str = field(repr=False)
    birth_date: str = field(default="", repr=False)
    postcode: str = field(default="", repr=False)
    device: str = ""
    language: str = "en"

    @property
    def is_detailed(self) -> bool:
        """Whether it says what only the holder of the agreement should know."""
        return bool(self.birth_date and self.postcode)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that nobody has answered yet."""

    case_digest: str
    asked: Asked
    brand: str | None
    asked_at: datetime


class AskedCases:
    """The cases that wait. Statements run in the caller's transaction."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def ask(self, db: Connection, case: str, asked: Asked, brand: str | None, now: datetime) -> None:
        """Stores what was asked under the handle `case`, which only the asking browser has."""
        sealed = self._keyring.seal(json.dumps(asdict(asked)).encode(), PURPOSE)
        row = {"case_digest": digest(case), "asked_sealed": sealed, "brand": brand, "asked_at": now, "due_at": now, "tries": 0}
        db.execute(recovery_cases.insert().values(row))

    def waiting(self, db: Connection, now: datetime, limit: int) -> tuple[Waiting, ...]:
        """Cases that are due for an answer, the longest due first: what is put off again and again passes nobody."""
        row = recovery_cases.c
        due = row.answered_at.is_(None) & (row.due_at <= now) & (row.asked_at > now - LIFETIME)
        found = select(row.case_digest, row.asked_sealed, row.brand, row.asked_at).where(due)
        return tuple(
            Waiting(each.case_digest, self._opened(each.asked_sealed), each.brand, each.asked_at)
            for each in db.execute(found.order_by(row.due_at, row.asked_at, row.case_digest).limit(limit))
        )

    def put_off(self, db: Connection, waiting: Sequence[Waiting], until: datetime, now: datetime) -> int:
        """Leaves cases that are due to this caller alone, until `until`, and says how many: of many workers one gets each."""
        row = recovery_cases.c
        these = row.case_digest.in_([each.case_digest for each in waiting]) & row.answered_at.is_(None) & (row.due_at <= now)
        return db.execute(update(recovery_cases).where(these).values(due_at=until)).rowcount

    def take(self, db: Connection, waiting: Waiting, now: datetime) -> bool:
        """Takes a case to answer it: of many workers one gets it. What was typed is forgotten."""
        this = (recovery_cases.c.case_digest == waiting.case_digest) & recovery_cases.c.answered_at.is_(None)
        return db.execute(update(recovery_cases).where(this).values(answered_at=now, asked_sealed=None)).rowcount == 1

    def give_up(self, db: Connection, now: datetime) -> int:
        """Forgets what was typed in cases that nobody could answer in time; returns how many."""
        row = recovery_cases.c
        late = row.answered_at.is_(None) & (row.asked_at <= now - LIFETIME)
        return db.execute(update(recovery_cases).where(late).values(answered_at=now, asked_sealed=None)).rowcount

    def purge(self, db: Connection, now: datetime, batch: int) -> int:
        """Removes up to `batch` cases that are an hour old, and the oldest beyond 100 000; returns how many."""
        return forgetting.purge(db, recovery_cases, [recovery_cases.c.case_digest], now, batch)

    def _opened(self, sealed: bytes) -> Asked:
        try:
            return Asked(**json.loads(self._keyring.open(sealed, PURPOSE)))
        except Unsealable:
            # Under a master key that is gone since: nobody's, so that it does not stand in the way of the others.
            return Asked("")
