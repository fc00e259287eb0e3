"""Encryption at rest and derived keys, all from the master keys: the first seals, every one opens, so that keys rotate."""

import base64
import binascii
import hashlib
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from idp.core.errors import IdpError, Misconfigured

VERSION = b"\x01"
KEY_ID_BYTES = 8
NONCE_BYTES = 12
HEAD_BYTES = len(VERSION) + KEY_ID_BYTES


class Unsealable(IdpError):
    """Sealed under a key we do not hold, for another purpose, or changed since."""

    status = 500

    def __init__(self, because: str) -> None:
        super().__init__("server_error", because=because)


class Keyring:
    """The master keys of 32 bytes each, the current one first."""

    def __init__(self, *keys: bytes) -> None:
        if not keys or any(len(key) != 32 for key in keys):
            raise Misconfigured("IDP_MASTER_KEY must be 32 random bytes in base64; several are separated by commas")
        self._keys = {_id_of(key): key for key in keys}
        self.key_id = _id_of(keys[0])
        self._derived = lru_cache(maxsize=1024)(self._derive)
        self._ciphers = lru_cache(maxsize=64)(lambda key_id: AESGCM(self.derive("sealing", key_id)))

    @classmethod
    def from_text(cls, text: str) -> "Keyring":
        """Reads comma-separated keys in base64 or base64url, with or without padding. Raises `Misconfigured`."""
        return cls(*(_decoded(part.strip()) for part in text.split(",") if part.strip()))

    @property
    def key_ids(self) -> tuple[bytes, ...]:
        """The ids of all keys, the current one first."""
        return tuple(self._keys)

    def derive(self, purpose: str, key_id: bytes | None = None) -> bytes:
        """32 bytes for `purpose` (HKDF-SHA256, RFC 5869) from the current key, or from the one named.

        Raises `Unsealable` where no key has that id.
        """
        return self._derived(purpose, self.key_id if key_id is None else key_id)

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """AES-256-GCM under the current key, bound to `purpose`: version, key id, nonce, ciphertext with tag."""
        head = VERSION + self.key_id
        nonce = os.urandom(NONCE_BYTES)
        return head + nonce + self._ciphers(self.key_id).encrypt(nonce, plain, head + purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """What was sealed for `purpose`. Raises `Unsealable`."""
        head, nonce = sealed[:HEAD_BYTES], sealed[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES]
        if len(nonce) != NONCE_BYTES or not head.startswith(VERSION):
            raise Unsealable("not a sealed value")
        try:
            cipher = self._ciphers(head[len(VERSION) :])
            return cipher.decrypt(nonce, sealed[HEAD_BYTES + NONCE_BYTES :], head + purpose.encode())
        except InvalidTag as error:
            raise Unsealable(f"changed, or not sealed for {purpose}") from error

    def _derive(self, purpose: str, key_id: bytes) -> bytes:
        key = self._keys.get(key_id)
        if key is None:
            raise Unsealable(f"no master key has the id {key_id.hex()}")
        return HKDF(SHA256(), 32, salt=None, info=b"idp:" + purpose.encode()).derive(key)


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"idp:key id:" + key).digest()[:KEY_ID_BYTES]


def _decoded(text: str) -> bytes:
    bare = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Misconfigured("IDP_MASTER_KEY is not base64") from error
