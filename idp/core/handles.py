"""Random handles go out, only their digests stay.

A handle has 256 random bits, so an unsalted SHA-256 is enough to keep it secret at rest.
"""

import hashlib
import hmac
import secrets


def new_handle() -> str:
    """A fresh URL-safe secret of 256 bits (43 characters)."""
    return secrets.token_urlsafe(32)


def digest(handle: str) -> str:
    """What is stored of a handle: SHA-256 as 64 hex digits. Any text is accepted, so garbage is simply unknown."""
    return hashlib.sha256(handle.encode("utf-8", "surrogatepass")).hexdigest()


def same(stored_digest: str, handle: str) -> bool:
    """Whether `handle` is the one behind `stored_digest`, compared in constant time."""
    return hmac.compare_digest(stored_digest.encode(), digest(handle).encode())
