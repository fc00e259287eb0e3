"""Identifiers that differ from sector to sector, so that two relying parties cannot match their customers (Core 8.1)."""

import base64
import hashlib
import hmac
from functools import lru_cache

EVERY_SECTOR = "public"
# The same few are derived for each request of a sign-in, and at each refresh after it.
MOST_REMEMBERED = 4096


class Pairwise:
    """Derives what a sector sees of a subject and of a session; the same input always gives the same answer.

    `secret` is 32 random bytes kept for the life of the provider: another one would make everybody a stranger everywhere.
    """

    def __init__(self, secret: bytes) -> None:
        self._keyed = hmac.new(secret, digestmod=hashlib.sha256)
        self._derived = lru_cache(MOST_REMEMBERED)(self._derive)

    def sub(self, subject_id: str, sector: str, subject_type: str) -> str:
        """`sub` of a subject for a sector; one for all sectors where `subject_type` is `public`. Never the database id."""
        return self._derived("sub", EVERY_SECTOR if subject_type == "public" else f"in:{sector}", subject_id)

    def sid(self, session_id: str, sector: str) -> str:
        """`sid` of a session for a sector: stable while the session lives, whatever its handle."""
        return self._derived("sid", f"in:{sector}", session_id)

    def browser_state(self, session_id: str) -> str:
        """What scripts of ours may read of a session in its browser (Session Management 1.0, 3.2): it opens nothing."""
        return self._derived("browser state", session_id)

    def _derive(self, *parts: str) -> str:
        # Lengths in front keep ("a", "bc") and ("ab", "c") apart.
        message = b"".join([len(raw).to_bytes(4, "big") + raw for raw in [part.encode() for part in parts]])
        # Copying what was keyed once costs less than keying anew, and keeps the interpreter meanwhile.
        keyed = self._keyed.copy()
        keyed.update(message)
        return base64.urlsafe_b64encode(keyed.digest()).rstrip(b"=").decode()
