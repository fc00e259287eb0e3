"""Nonces for proofs of possession (RFC 9449 8): texts of ours that last a short while, and of which nothing is stored.

They hold since when the KV remembers: of a proof that was used before it lost its memory, whatever its date, the nonce is void.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.core.clock import Clock

WINDOW_SECONDS = 60
LIFE = timedelta(seconds=2 * WINDOW_SECONDS)


@dataclass(frozen=True, slots=True)
class Nonces:
    """One nonce for each minute, derived from `key`, the same on all workers; it is accepted in the next minute too."""

    key: bytes
    clock: Clock

    def current(self, epoch: datetime) -> str:
        """The nonce of now, for a KV that remembers since `epoch`."""
        return self._of(self._window(), epoch)

    def accepts(self, nonce: object, epoch: datetime) -> bool:
        """Whether a proof with this nonce was made in this minute or the one before, and since `epoch`."""
        if not isinstance(nonce, str) or not nonce.isascii():
            return False
        now = self._window()
        return any(hmac.compare_digest(self._of(window, epoch), nonce) for window in (now, now - 1))

    def _window(self) -> int:
        return int(self.clock.now().timestamp()) // WINDOW_SECONDS

    def _of(self, window: int, epoch: datetime) -> str:
        made = hmac.digest(self.key, window.to_bytes(8) + epoch.isoformat().encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(made[:18]).decode()
