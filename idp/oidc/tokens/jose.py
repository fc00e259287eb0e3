"""Signing and reading JWTs, with one algorithm at a time and nothing decided by the token's own header."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

Key = RSAKey | ECKey | OKPKey
LONGEST = 16 * 1024
LARGEST_NUMBER = 2**53
MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


class OneAlgorithm(JWSRegistry):
    """Knows a single algorithm.

    `EdDSA` is served under its name of RFC 8037, which clients register; RFC 9864 calls the same signature `Ed25519`.
    """

    def __init__(self, alg: str) -> None:
        super().__init__(algorithms=[alg], strict_check_header=False)
        self._name = alg

    def get_alg(self, name: str) -> Any:
        """The algorithm, if it is called by its name."""
        if name != self._name:
            raise UnsupportedAlgorithmError(f"{name!r} is not {self._name}")
        return self.algorithms[name]


REGISTRIES = {alg: OneAlgorithm(alg) for alg in ("RS256", "PS256", "ES256", "EdDSA")}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of ours, imported once."""

    kid: str
    alg: str
    key: Key

    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        """A signed JWT with the header `typ` (RFC 8725 3.11: kinds of tokens must not be taken for one another)."""
        payload = json.dumps(claims, separators=(",", ":"), ensure_ascii=False).encode()
        header = {"alg": self.alg, "kid": self.kid, "typ": typ}
        return jws.serialize_compact(header, payload, self.key, registry=REGISTRIES[self.alg])


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
    if len(token) > LONGEST:
        return None
    try:
        found = jws.extract_compact(token.encode())
        claims = json.loads(found.payload or b"")
    except MALFORMED:
        return None
    return Unverified(found.headers(), claims) if isinstance(claims, dict) else None


def verify(token: str, key: Key, alg: str) -> dict[str, Any] | None:
    """The claims of a JWT signed with `key` by `alg`; None for any other."""
    if len(token) > LONGEST:
        return None
    try:
        claims = json.loads(jws.deserialize_compact(token.encode(), key, registry=REGISTRIES[alg]).payload)
    except MALFORMED:
        return None
    return claims if isinstance(claims, dict) else None


def verify_ours(token: str, find: Callable[[str], SigningKey | None], types: tuple[str, ...]) -> dict[str, Any] | None:
    """The claims of a JWT that we signed, with one of the header `types`; expired ones too."""
    found = peek(token)
    if found is None or found.text("typ") not in types:
        return None
    key = find(found.text("kid") or "")
    return verify(token, key.key, key.alg) if key is not None else None


def seconds(claims: Mapping[str, Any], name: str) -> float | None:
    """A NumericDate (RFC 7519 2); None where there is none, or where it is no sensible number."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LARGEST_NUMBER:
        return None
    return float(value)
