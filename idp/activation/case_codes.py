"""The codes of activations: six digits, five minutes, once, five tries. There is no subject yet whose they could be.

A ghost has a row like everybody, with a digest that no code has.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Column, Connection, Integer, String, Table, delete, or_, select, update

from idp.activation.case import Case
from idp.core.database import UTCDateTime, metadata, upsert
from idp.core.sealing import Keyring
from idp.factors.sent_code import BETWEEN, DIGITS, LIFETIME, PAUSES

MOST_TRIES = 5
# Resending is no way around the quotas of a target, which a ghost has none of: so a case has one of its own.
MOST_SENDS = 5

activation_codes = Table(
    "activation_codes",
    metadata,
    Column("code_id", String(40), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("sends", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    Column("sent_at", UTCDateTime, nullable=False, index=True),
    Column("used_at", UTCDateTime),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How things stand: in how many seconds another code may be asked for (None: no more), and how many tries are left."""

    seconds: int | None
    tries_left: int


@dataclass(frozen=True, slots=True)
class Right:
    """It was the code, and it is used up."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """It was not; `left` more tries. `late`: it was once."""

    left: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class NoMoreTries:
    """The code was not looked at."""


@dataclass(frozen=True, slots=True)
class CaseCodes:
    """The store; only keyed digests stay."""

    keyring: Keyring

    def renew(self, db: Connection, case: Case, now: datetime, *, goes_out: bool = True) -> str | None:
        """A new code, which ends the one before; None where it is too soon or was sent too often. Tries stay counted.

        One that does not go out changes nothing but the wait before the next, so that the page looks as if it did.
        """
        code, row = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}", activation_codes.c
        digest = "" if case.is_ghost else self._digest(case, code)
        made = upsert(db, activation_codes).values(
            code_id=case.code_id, digest=digest, sends=1, tries=0, made_at=now, sent_at=now
        )
        new = {"digest": digest, "made_at": now} if goes_out else {}
        rested = [(row.sends == sends) & (row.sent_at <= now - pause) for sends, pause in enumerate(PAUSES, 1)]
        renewed = made.on_conflict_do_update(
            index_elements=[row.code_id],
            set_=new | {"sent_at": now, "sends": row.sends + 1},
            where=or_(*rested, row.sent_at <= now - PAUSES[-1]) & (row.sends < MOST_SENDS) & row.used_at.is_(None),
        )
        return code if db.execute(renewed.returning(row.sends)).one_or_none() is not None else None

    def waiting(self, db: Connection, case: Case, now: datetime) -> Waiting:
        """What the page of the code shows."""
        row = activation_codes.c
        found = db.execute(select(row.sends, row.tries, row.sent_at).where(row.code_id == case.code_id)).one_or_none()
        if found is None:
            return Waiting(0, MOST_TRIES)
        left = found.sent_at + PAUSES[min(found.sends, len(PAUSES)) - 1] - now
        seconds = None if found.sends >= MOST_SENDS else max(0, ceil(left / timedelta(seconds=1)))
        return Waiting(seconds, MOST_TRIES - found.tries)

    def prove(self, db: Connection, case: Case, typed: str, now: datetime) -> Right | Wrong | NoMoreTries:
        """Counts a try, then looks at the code: of racing callers no more than five are judged, and one is right."""
        row = activation_codes.c
        this = row.code_id == case.code_id
        counted = update(activation_codes).where(this, row.tries < MOST_TRIES, row.used_at.is_(None))
        tries = db.execute(counted.values(tries=row.tries + 1).returning(row.tries)).scalar_one_or_none()
        if tries is None:
            return NoMoreTries()
        code = BETWEEN.sub("", typed)
        digest = self._digest(case, code) if re.fullmatch(f"[0-9]{{{DIGITS}}}", code) else "-"
        right, fresh = this & (row.digest == digest), row.made_at > now - LIFETIME
        if db.execute(update(activation_codes).where(right, fresh, row.used_at.is_(None)).values(used_at=now)).rowcount == 1:
            return Right()
        late = db.execute(select(row.code_id).where(right)).one_or_none() is not None
        return Wrong(MOST_TRIES - tries, late)

    def _digest(self, case: Case, code: str) -> str:
        said = "\n".join((case.code_id, case.brand, case.number, case.target.address, code))
        return hmac.digest(self.keyring.derive("activation code"), said.encode(), "sha256").hex()


def purge(db: Connection, now: datetime, batch: int) -> int:
    """Removes up to `batch` codes that were sent an hour ago; returns how many."""
    row = activation_codes.c
    old = select(row.code_id).where(row.sent_at < now - timedelta(hours=1)).limit(batch)
    return db.execute(delete(activation_codes).where(row.code_id.in_(old))).rowcount
