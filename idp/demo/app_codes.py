"""What the authenticator apps of the demonstration show at this moment, for whoever holds no phone with one."""

import base64
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import select

from idp.core.database import Database
from idp.core.sealing import Keyring
from idp.factors.totp import STEP_SECONDS, Totp, secret_of
from idp.subjects.authenticators import of
from idp.subjects.model import subjects


@dataclass(frozen=True, slots=True)
class AppCode:
    """An app's code of now; it changes in `seconds`."""

    username: str
    label: str
    code: str
    seconds: int


@dataclass(frozen=True, slots=True)
class AppCodes:
    """Collaborators."""

    database: Database
    keyring: Keyring

    def shown(self, now: datetime) -> tuple[AppCode, ...]:
        """Those of everybody, by username."""
        left = STEP_SECONDS - int(now.timestamp()) % STEP_SECONDS
        with self.database.reading() as db:
            everybody = db.execute(select(subjects.c.id, subjects.c.username).order_by(subjects.c.username)).all()
            return tuple(
                AppCode(one.username, app.label, _code(secret_of(self.keyring, app), now), left)
                for one in everybody
                for app in of(db, one.id, Totp.kind)
            )


def _code(secret: bytes, now: datetime) -> str:
    return pyotp.TOTP(base64.b32encode(secret).decode()).at(now)
