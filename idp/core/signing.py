"""Values that travel through a browser and come back: signed where they may be read, sealed where they may not."""

import base64
import binascii
import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from idp.core.sealing import Keyring, Unsealable

MAX_TEXT = 64 * 1024


class Signer:
    """Signs values for one purpose; a value signed for another purpose does not verify."""

    def __init__(self, keyring: Keyring, purpose: str) -> None:
        purpose = f"signing {purpose}"
        # itsdangerous signs with the last key of the list and verifies with all.
        keys = [keyring.derive(purpose, key_id) for key_id in reversed(keyring.key_ids)]
        options = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        self._serializer = URLSafeSerializer(keys, salt=purpose.encode(), signer_kwargs=options)

    def sign(self, value: dict[str, Any], now: datetime | None = None) -> str:
        """URL-safe text that anyone may read and nobody may change. Without `now` it has no age."""
        signed = self._serializer.dumps(_dated(value, now))
        return signed if isinstance(signed, str) else signed.decode()

    def verify(self, text: str, max_age: timedelta | None, now: datetime) -> dict[str, Any] | None:
        """The value; None where it was changed, is older than `max_age`, or has no age while one is asked for."""
        if len(text) > MAX_TEXT:
            return None
        try:
            return _fresh(self._serializer.loads(text), max_age, now)
        except (BadData, ValueError):
            return None


class Sealer:
    """Seals values for one purpose: the browser that carries them cannot read them."""

    def __init__(self, keyring: Keyring, purpose: str) -> None:
        self._keyring = keyring
        self._purpose = f"sealed value {purpose}"

    def seal(self, value: dict[str, Any], now: datetime) -> str:
        """URL-safe text that only this provider can open."""
        plain = json.dumps(_dated(value, now), separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(self._keyring.seal(plain, self._purpose)).rstrip(b"=").decode()

    def open(self, text: str, max_age: timedelta | None, now: datetime) -> dict[str, Any] | None:
        """The value; None where it was changed, is not ours, or is older than `max_age`."""
        if len(text) > MAX_TEXT:
            return None
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return _fresh(json.loads(self._keyring.open(sealed, self._purpose)), max_age, now)
        except (binascii.Error, ValueError, Unsealable):
            return None


def _dated(value: dict[str, Any], now: datetime | None) -> list[Any]:
    return [None if now is None else int(now.timestamp()), value]


def _fresh(dated: list[Any], max_age: timedelta | None, now: datetime) -> dict[str, Any] | None:
    at, value = dated
    if max_age is not None and (at is None or now.timestamp() - at > max_age.total_seconds()):
        return None
    return dict(value)
