"""Random handles go out, only their digests stay; of a dated one its time too.

A handle has 256 random bits, so an unsalted SHA-256 is enough to keep it secret at rest.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime

DATED = re.compile(r"[0-9a-f]{12}\.[A-Za-z0-9_-]{43}")
DATE_DIGITS = 12


def new_handle() -> str:
    """A fresh URL-safe secret of 256 bits (43 characters)."""
    return secrets.token_urlsafe(32)


def digest(handle: str) -> str:
    """What is stored of a handle: SHA-256 as 64 hex digits. Any text is accepted, so garbage is simply unknown."""
    return hashlib.sha256(handle.encode("utf-8", "surrogatepass")).hexdigest()


def new_dated_handle(now: datetime) -> str:
    """A fresh secret of 256 bits after its time, in milliseconds as 12 hex digits: for what is made a thousand times a second.

    The time is no secret. It goes before the digest too, so that what is indexed by it grows at one end: each random digest
    would have a page of the index written for itself.
    """
    return f"{int(now.timestamp() * 1000):012x}.{new_handle()}"


def dated_digest(handle: str) -> str:
    """What is stored of a dated handle, as long as any digest: its time, and 208 bits of SHA-256. Others as by `digest`."""
    if not DATED.fullmatch(handle):
        return digest(handle)
    return handle[:DATE_DIGITS] + digest(handle)[DATE_DIGITS:]


def same(stored_digest: str, handle: str) -> bool:
    """Whether `handle`, not a dated one, is the one behind `stored_digest`, compared in constant time."""
    return hmac.compare_digest(stored_digest.encode(), digest(handle).encode())
