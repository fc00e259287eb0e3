"""Nonces for proofs of possession (RFC 9449 8): texts of ours that last a short while, and of which nothing is stored."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from idp.core.clock import Clock

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Nonces:
    """One nonce for each minute, derived from `key`, the same on all workers; it is accepted in the next minute too."""

    key: bytes
    clock: Clock

    def current(self) -> str:
        """The nonce of now."""
        return self._of(self._window())

    def accepts(self, nonce: object) -> bool:
        """Whether a proof with this nonce was made in this minute or the one before."""
        if not isinstance(nonce, str) or not nonce.isascii():
            return False
        now = self._window()
        return any(hmac.compare_digest(self._of(window), nonce) for window in (now, now - 1))

    def _window(self) -> int:
        return int(self.clock.now().timestamp()) // WINDOW_SECONDS

    def _of(self, window: int) -> str:
        made = hmac.digest(self.key, window.to_bytes(8), hashlib.sha256)
        return base64.urlsafe_b64encode(made[:18]).decode()
