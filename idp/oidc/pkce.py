"""Proof Key for Code Exchange (RFC 7636), by SHA-256 alone."""

import base64
import hashlib


def challenge_of(verifier: str) -> str:
    """The code_challenge of a code_verifier, which is ASCII (RFC 7636 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
