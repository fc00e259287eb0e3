"""How passwords are kept: argon2id, any Unicode, the same work whether or not there is one to compare with.

A hash that another system made costs what that system made it cost, once: until its owner's first sign-in, who measures can
tell that the name exists (docs/import.md, "What it gives away").
"""

import unicodedata
from dataclasses import dataclass
from functools import partial

from argon2 import PasswordHasher as Argon2
from argon2 import Type
from argon2.exceptions import HashingError, InvalidHashError, VerificationError, VerifyMismatchError

from idp.core.errors import Misconfigured
from idp.factors.hash_slots import HashSlots
from idp.factors.legacy_hash import is_legacy, is_same

LONGEST_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Match:
    """The password is right. `renewed` is a verifier by today's parameters where the stored one has older ones."""

    renewed: bytes | None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The password is wrong, or there is none to compare with: the two are not told apart."""


@dataclass(frozen=True, slots=True)
class Unhashable:
    """More than 1024 bytes or not text: refused before any hashing."""


def password_bytes(password: str) -> bytes | None:
    """The bytes that are hashed: NFC (once, here) as UTF-8; None where they are too many or not text."""
    try:
        raw = unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:
        return None
    return raw if len(raw) <= LONGEST_BYTES else None


def _argon2id(memory_kib: int, passes: int) -> Argon2:
    return Argon2(time_cost=passes, memory_cost=memory_kib, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)


def _of_nobody(memory_kib: int, passes: int) -> bytes:
    # Nothing was hashed for it: what it costs is to compare with it.
    salt, digest = "A" * 22, "A" * 43  # 16 and 32 bytes
    return f"$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${digest}".encode()


class PasswordHasher:
    """argon2id with `memory_kib` and `passes`, one lane; a verifier is the PHC text as ASCII bytes."""

    def __init__(self, slots: HashSlots, memory_kib: int, passes: int) -> None:
        self._slots = slots
        self._argon2 = _argon2id(memory_kib, passes)
        self._nobody = _of_nobody(memory_kib, passes)

    def check(self) -> None:
        """Raises `Misconfigured` where this process cannot have the memory that a hash takes."""
        try:
            self._hashed(b"")
        except HashingError as error:
            raise Misconfigured("IDP_HASH_MEMORY_KIB: this process gets less memory; lower it, or give more") from error

    def hash(self, password: str) -> bytes:
        """A verifier for `password`. Raises ValueError beyond 1024 bytes, `Unavailable` where no slot is free."""
        raw = password_bytes(password)
        if raw is None:
            raise ValueError("a password has at most 1024 bytes of text")
        return self._slots.run(partial(self._hashed, raw))

    def verify(self, verifier: bytes | None, password: str) -> Match | Mismatch | Unhashable:
        """Whether `password` is the one behind `verifier`; None costs the same and never matches."""
        raw = password_bytes(password)
        if raw is None:
            return Unhashable()
        return self._slots.run(partial(self._match, verifier, raw, password))

    def _match(self, verifier: bytes | None, raw: bytes, password: str) -> Match | Mismatch:
        if verifier is not None and is_legacy(verifier):
            # The other system hashed what was typed, in whatever composition the keyboard sent it.
            return Match(self._hashed(raw)) if is_same(verifier, password) else Mismatch()
        if not self._same(verifier if verifier is not None else self._nobody, raw) or verifier is None:
            return Mismatch()
        stale = self._argon2.check_needs_rehash(verifier.decode())
        return Match(self._hashed(raw) if stale else None)

    def _hashed(self, raw: bytes) -> bytes:
        return self._argon2.hash(raw).encode()

    def _same(self, verifier: bytes, raw: bytes) -> bool:
        try:
            return self._argon2.verify(verifier, raw)
        except VerifyMismatchError:
            return False
        except (VerificationError, InvalidHashError) as error:
            raise ValueError("a stored password verifier cannot be read") from error
