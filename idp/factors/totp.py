"""The authenticator app: a code that is new every 30 seconds (RFC 6238: SHA-1, 6 digits)."""

import base64
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import pyotp
import segno
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from idp.core.handles import digest
from idp.core.sealing import Keyring
from idp.factors.factor import Wrong
from idp.subjects.authenticators import Authenticator, add, advance, label_of, of, use
from idp.subjects.proof import Proof

SECRET_BYTES = 20
STEP_SECONDS = 30
# How far a device's clock may be off, in steps: to be accepted, and to be told that it is off.
ACCEPTED = 1
TOLD = 10
# Each app more makes a guess likelier to hit.
MOST_APPS = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """A secret to be enrolled: in base32 for typing, as otpauth URI, and as QR code (SVG without script or style)."""

    secret: str
    uri: str
    qr: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The app is the subject's now."""

    authenticator_id: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """The code was right, but it or a later one was used before."""


@dataclass(frozen=True, slots=True)
class ClockOff:
    """The code is that of another time: the device's clock is `minutes` fast, or slow where that is negative."""

    minutes: int


@dataclass(frozen=True, slots=True)
class BadLabel:
    """A label has 1 to 64 visible characters."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """The subject has as many apps as anyone may have."""


class Totp:
    """The factor. Its secrets are sealed, each for its subject, and found again by a digest so that none is enrolled twice.

    Alone it is one factor, as a password is; policy says what both together are.
    """

    kind: ClassVar[str] = "totp"
    amr: ClassVar[tuple[str, ...]] = ("otp",)
    strength: ClassVar[str] = "pwd"

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def propose(self, account: str, issuer: str) -> Proposal:
        """A fresh secret of 160 bits for the app, which will call it by `issuer` and `account`."""
        return proposal(base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode(), account, issuer)

    def confirm(
        self, db: Connection, subject_id: str, secret: str, code: str, label: str, now: datetime
    ) -> Enrolled | Wrong | Replayed | ClockOff | BadLabel | TooMany:
        """Enrols the app that `secret` was proposed to, if `code` is its code; that code then counts as used.

        `Replayed` where the secret is enrolled already. Raises ValueError where `secret` was never proposed by us.
        """
        name = label_of(label)
        if name is None:
            return BadLabel()
        raw = _raw(secret)
        off = _offset(raw, code, now)
        if off is None:
            return Wrong()
        if abs(off) > ACCEPTED:
            return _clock_off(off)
        if len(of(db, subject_id, self.kind)) >= MOST_APPS:
            return TooMany()
        sealed, step = self._keyring.seal(raw, _purpose(subject_id)), _step(now) + off
        try:
            with db.begin_nested():
                return Enrolled(add(db, subject_id, self.kind, sealed, now, label=name, lookup=digest(secret), counter=step))
        except IntegrityError:
            return Replayed()

    def verify(
        self, db: Connection, enrolled: Iterable[Authenticator], code: str, now: datetime
    ) -> Proof | Wrong | Replayed | ClockOff:
        """Whether `code` is that of one of the subject's apps; no step counts twice, and none before one that did.

        A code that only tells of a wrong clock is spent as well: a guess must not be confirmed now and used when its time
        comes. So the caller commits whatever the answer is.
        """
        answer: Wrong | Replayed | ClockOff = Wrong()
        for app in enrolled:
            off = _offset(secret_of(self._keyring, app), code, now)
            if off is None:
                continue
            fresh = advance(db, app.id, _step(now) + off)
            if abs(off) > ACCEPTED:
                answer = _clock_off(off)
            elif fresh and use(db, app, now):
                return Proof(self.kind, self.amr, self.strength, now)
            else:
                answer = Replayed()
        return answer


def proposal(secret: str, account: str, issuer: str) -> Proposal:
    """How `secret` is shown, once more after a wrong code."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)
    # Black on white in every theme: not every app reads the reverse.
    qr = segno.make(uri, error="m", micro=False)
    return Proposal(secret, uri, qr.svg_inline(dark="#000", light="#fff", svgclass="qr", lineclass=None, omitsize=True))


def secret_of(keyring: Keyring, app: Authenticator) -> bytes:
    """The secret of an enrolled app. Raises `Unsealable` where it was sealed for somebody else, or is not whole."""
    return keyring.open(app.verifier, _purpose(app.subject_id))


def _raw(secret: str) -> bytes:
    raw = base64.b32decode(secret)
    if len(raw) != SECRET_BYTES:
        raise ValueError("a secret has 160 bits")
    return raw


def _offset(raw: bytes, code: str, now: datetime) -> int | None:
    """How many steps before or after `now` the code belongs to, the nearest one; None where it does to none."""
    digits = "".join(code.split())
    if not re.fullmatch("[0-9]{6}", digits):
        return None
    app = pyotp.TOTP(base64.b32encode(raw).decode())
    nearest_first = sorted(range(-TOLD, TOLD + 1), key=abs)
    fits = [off for off in nearest_first if hmac.compare_digest(app.generate_otp(_step(now) + off), digits)]
    return next(iter(fits), None)


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def _clock_off(steps: int) -> ClockOff:
    minutes = (abs(steps) * STEP_SECONDS + 59) // 60
    return ClockOff(minutes if steps > 0 else -minutes)


def _purpose(subject_id: str) -> str:
    return f"totp:{subject_id}"
