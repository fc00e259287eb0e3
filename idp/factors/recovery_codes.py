"""Recovery codes: ten that are kept on paper, for when every other second step is lost."""

import re
import secrets
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, delete, func, select, update

from idp.core.database import UTCDateTime, metadata, upsert
from idp.core.handles import digest
from idp.factors.factor import Wrong
from idp.subjects.proof import Proof

CODES = 10
# So few are left that the owner is told.
FEW = 3
# 16 of 32 characters are 80 bits. Crockford's alphabet: no I, L, O that look like 1 and 0, no U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS = 16
GROUP = 4
LOOK_ALIKES = str.maketrans("OIL", "011")
# People's printers and word processors make dashes of many kinds.
BETWEEN = re.compile(r"[\s\u2010-\u2015\u2212-]+")

# A subject has ten places, each with one code, so that of two renewals at once one stands whole.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("subject_id", ForeignKey("subjects.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
    Column("used_at", UTCDateTime),
)


class RecoveryCodes:
    """The factor. Only digests stay: 80 random bits are not guessed from one."""

    kind: ClassVar[str] = "recovery_code"
    amr: ClassVar[tuple[str, ...]] = ("otp",)
    strength: ClassVar[str] = "pwd"

    def renew(self, db: Connection, subject_id: str, now: datetime) -> tuple[str, ...]:
        """Ten new codes such as `7K3M-Q0TZ-9XWA-B4CD`, to be shown this once. The old ones no longer count."""
        codes = tuple(_new_code() for _ in range(CODES))
        rows = [
            {"subject_id": subject_id, "place": place, "digest": digest(bare(code)), "created_at": now, "used_at": None}
            for place, code in enumerate(codes)
        ]
        add = upsert(db, recovery_codes).values(rows)
        new = {name: add.excluded[name] for name in ("digest", "created_at", "used_at")}
        db.execute(add.on_conflict_do_update(index_elements=["subject_id", "place"], set_=new))
        return codes

    def spend(self, db: Connection, subject_id: str, code: str, now: datetime) -> Proof | Wrong:
        """Uses a code up. Case, spaces and dashes do not matter, nor whether O, I, L are typed for 0 and 1."""
        this = (recovery_codes.c.subject_id == subject_id, recovery_codes.c.digest == digest(bare(code)))
        spent = db.execute(update(recovery_codes).where(*this, recovery_codes.c.used_at.is_(None)).values(used_at=now))
        return Proof(self.kind, self.amr, self.strength, now) if spent.rowcount == 1 else Wrong()

    def void(self, db: Connection, subject_id: str) -> bool:
        """Ends all codes of the subject, used or not; False where there were none."""
        return db.execute(delete(recovery_codes).where(recovery_codes.c.subject_id == subject_id)).rowcount > 0

    def made_at(self, db: Connection, subject_id: str) -> datetime | None:
        """When the subject's codes were made; None where there are none, not even used ones."""
        newest = select(recovery_codes.c.created_at).where(recovery_codes.c.subject_id == subject_id)
        made: datetime | None = db.scalar(newest.order_by(recovery_codes.c.created_at.desc()).limit(1))
        return made

    def left(self, db: Connection, subject_id: str) -> int:
        """How many codes the subject could still use; 0 where there never were any."""
        unused = (recovery_codes.c.subject_id == subject_id, recovery_codes.c.used_at.is_(None))
        return db.scalar(select(func.count()).select_from(recovery_codes).where(*unused)) or 0


def bare(code: str) -> str:
    """What all ways to type one code have in common; different codes never do."""
    return BETWEEN.sub("", code).upper().translate(LOOK_ALIKES)


def _new_code() -> str:
    text = "".join(secrets.choice(ALPHABET) for _ in range(CHARACTERS))
    return "-".join(text[start : start + GROUP] for start in range(0, CHARACTERS, GROUP))
