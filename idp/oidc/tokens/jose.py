"""Signing and reading JWTs, with one algorithm at a time and nothing decided by the token's own header."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode
from pydantic_core import to_json

Key = RSAKey | ECKey | OKPKey
LONGEST = 16 * 1024
LARGEST_NUMBER = 2**53
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)

# Signatures of others are taken by these alone.
VERIFIERS = {alg: JWSRegistry.algorithms[alg] for alg in ("RS256", "PS256", "ES256", "EdDSA")}
_ECDSA = ec.ECDSA(SHA256())
# RFC 7518 3.5: the salt is as long as the hash.
_PSS = PSS(MGF1(SHA256()), SHA256.digest_size)


def _es256(key: Any, message: bytes) -> bytes:
    # RFC 7518 3.4: R and S side by side, each as long as the curve's order.
    r, s = decode_dss_signature(key.sign(message, _ECDSA))
    return r.to_bytes(32) + s.to_bytes(32)


# Straight to the primitives: a token is signed with a key of ours that was checked when it was imported.
_SIGNATURES: dict[str, Callable[[Any, bytes], bytes]] = {
    "RS256": lambda key, message: key.sign(message, PKCS1v15(), SHA256()),
    "PS256": lambda key, message: key.sign(message, _PSS, SHA256()),
    "ES256": _es256,
    "EdDSA": lambda key, message: key.sign(message),
}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of ours, imported once; `heads` keeps what is the same in every token of a type."""

    kid: str
    alg: str
    key: Key
    heads: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def head(self, typ: str) -> str:
        """The encoded header of our tokens with this `typ`."""
        known = self.heads.get(typ)
        if known is None:
            header = {"alg": self.alg, "kid": self.kid, "typ": typ}
            known = self.heads[typ] = urlsafe_b64encode(to_json(header)).decode()
        return known

    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        """A signed JWT with the header `typ` (RFC 8725 3.11: kinds of tokens must not be taken for one another)."""
        signed = f"{self.head(typ)}.{urlsafe_b64encode(to_json(claims)).decode()}"
        signature = _SIGNATURES[self.alg](self.key.private_key, signed.encode())
        return f"{signed}.{urlsafe_b64encode(signature).decode()}"

    def opens(self, signed: str, signature: str) -> bool:
        """Whether `signature`, encoded, is ours on `signed`."""
        return JWSRegistry.algorithms[self.alg].verify(signed.encode(), _decoded(signature), self.key)


@dataclass(frozen=True, slots=True)
class Unverified:
    """What a JWT says of itself before anything is believed."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    def text(self, name: str) -> str | None:
        """A header member that is text."""
        value = self.header.get(name)
        return value if isinstance(value, str) else None


def peek(token: str) -> Unverified | None:
    """The header and claims of a JWT, unverified; None for what is no JWT."""
    if len(token) > LONGEST or not COMPACT.fullmatch(token):
        return None
    try:
        header, claims = (json.loads(_decoded(part)) for part in token.split(".")[:2])
    except MALFORMED:
        return None
    return Unverified(header, claims) if isinstance(header, dict) and isinstance(claims, dict) else None


def verify(token: str, key: Key, alg: str) -> dict[str, Any] | None:
    """The claims of a JWT signed with `key` by `alg`; None for any other."""
    found = peek(token)
    return dict(found.claims) if found is not None and is_signed_by(token, found, key, alg) else None


def is_signed_by(token: str, found: Unverified, key: Key, alg: str) -> bool:
    """Whether `token`, of which `found` was read, is signed with `key` by `alg`."""
    # RFC 7515 4.1.11: we know none of the extensions that could be critical.
    if found.header.get("alg") != alg or "crit" in found.header:
        return False
    signed, _, signature = token.rpartition(".")
    try:
        return VERIFIERS[alg].verify(signed.encode(), _decoded(signature), key)
    except MALFORMED:
        return False


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text.encode())


def verify_ours(token: str, find: Callable[[str], SigningKey | None], types: tuple[str, ...]) -> dict[str, Any] | None:
    """The claims of a JWT that we signed, with one of the header `types`; expired ones too.

    The header must be, to the letter, the one we write: it picks the key and decides nothing else.
    """
    if len(token) > LONGEST or not COMPACT.fullmatch(token):
        return None
    signed, _, signature = token.rpartition(".")
    head, _, payload = signed.partition(".")
    try:
        key = find(str(json.loads(_decoded(head)).get("kid")))
        if key is None or not any(head == key.head(typ) for typ in types) or not key.opens(signed, signature):
            return None
        return dict(json.loads(_decoded(payload)))
    except MALFORMED:
        return None


def seconds(claims: Mapping[str, Any], name: str) -> float | None:
    """A NumericDate (RFC 7519 2); None where there is none, or where it is no sensible number."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LARGEST_NUMBER:
        return None
    return float(value)
