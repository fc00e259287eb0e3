"""A passkey authenticator in software, with the browser in front of it. It follows the options it is given, or misbehaves."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

ORIGIN = "https://login.example.test"
RP_ID = "login.example.test"
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@dataclass
class Credential:
    """A key pair for one handle; `counter` steps up with each use, unless it is None: then it says 0 for ever."""

    id: bytes
    key: Key
    handle: bytes
    counter: int | None


@dataclass
class SoftAuthenticator:
    """What it says of itself may be changed at any time; so may what its browser puts into the client data (`client`)."""

    origin: str = ORIGIN
    rp_id: str = RP_ID
    algorithm: int = -7
    counts: bool = True
    id_bytes: int = 32
    verifies: bool = True
    present: bool = True
    eligible: bool = False
    backed_up: bool = False
    client: dict[str, Any] = field(default_factory=dict)
    credentials: list[Credential] = field(default_factory=list)

    def create(self, options: dict[str, Any], *, credential_id: bytes | None = None, **response: Any) -> str:
        """navigator.credentials.create(): the response as JSON. `credential_id` is one it did not draw itself.

        `response` overrides parts of the whole.
        """
        key = _new_key(self.algorithm)
        handle = base64url_to_bytes(options["user"]["id"])
        credential = Credential(credential_id or secrets.token_bytes(self.id_bytes), key, handle, 0 if self.counts else None)
        self.credentials.append(credential)
        attested = bytes(16) + len(credential.id).to_bytes(2, "big") + credential.id + encode_cbor(_cose(key))
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._auth_data(credential, ATTESTED) + attested}
        made = {
            "clientDataJSON": _b64(self._client_data("webauthn.create", options)),
            "attestationObject": _b64(encode_cbor(attestation)),
            "transports": ["internal"],
        }
        return _response(credential, made, {"clientExtensionResults": {"credProps": {"rk": True}}} | response)

    def get(self, options: dict[str, Any], *, handle: bytes | None = None, **response: Any) -> str:
        """navigator.credentials.get(): the response as JSON, by the newest credential. `handle` says another owner."""
        credential = self.credentials[-1]
        client_data = self._client_data("webauthn.get", options)
        if credential.counter is not None:
            credential.counter += 1
        auth_data = self._auth_data(credential, 0)
        made = {
            "clientDataJSON": _b64(client_data),
            "authenticatorData": _b64(auth_data),
            "signature": _b64(_sign(credential.key, auth_data + hashlib.sha256(client_data).digest())),
            "userHandle": _b64(credential.handle if handle is None else handle),
        }
        return _response(credential, made, response)

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | self.client).encode()

    def _auth_data(self, credential: Credential, flags: int) -> bytes:
        flags |= PRESENT * self.present | VERIFIED * self.verifies | ELIGIBLE * self.eligible | BACKED_UP * self.backed_up
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + (credential.counter or 0).to_bytes(4, "big")


def _response(credential: Credential, made: dict[str, Any], changed: dict[str, Any]) -> str:
    whole = {"id": _b64(credential.id), "rawId": _b64(credential.id), "type": "public-key", "response": made}
    return json.dumps(whole | changed)


def _new_key(algorithm: int) -> Key:
    match algorithm:
        case -7:
            return ec.generate_private_key(ec.SECP256R1())
        case -8:
            return ed25519.Ed25519PrivateKey.generate()
        case -35:
            return ec.generate_private_key(ec.SECP384R1())
        case _:
            return rsa.generate_private_key(65537, 2048)


def _cose(key: Key) -> dict[int, Any]:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return {1: 1, 3: -8, -1: 6, -2: key.public_key().public_bytes_raw()}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        point, size = key.public_key().public_numbers(), (key.key_size + 7) // 8
        algorithm, curve = (-7, 1) if size == 32 else (-35, 2)
        return {1: 2, 3: algorithm, -1: curve, -2: point.x.to_bytes(size, "big"), -3: point.y.to_bytes(size, "big")}
    numbers = key.public_key().public_numbers()
    return {1: 3, 3: -257, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}


def _sign(key: Key, data: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hashes.SHA256()))
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


_b64 = bytes_to_base64url
