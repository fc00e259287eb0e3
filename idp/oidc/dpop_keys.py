"""The keys in proofs of possession: checked, imported, and remembered, since a caller shows the same one in each request."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from idp.clients.metadata import PRIVATE_MEMBERS
from idp.core.key_sets import FITS, SHORTEST_RSA, Key, bits_of, key_of

# RFC 9449 5.1: asymmetric only; RS256 is left to those who cannot do better, and whoever does this can.
ALGS = ("ES256", "EdDSA", "PS256")
# What makes a public key, and its thumbprint (RFC 7638 3.2, RFC 8037 2); nothing else of a `jwk` is looked at.
MEMBERS: Mapping[str, tuple[str, ...]] = {"EC": ("crv", "x", "y"), "OKP": ("crv", "x"), "RSA": ("n", "e")}
# In each process. Anybody may show keys of their own making, so that the number of those remembered is bounded, and their
# length in characters: an RSA key of 8192 bits fits.
REMEMBERED_KEYS, LONGEST_KEY = 1024, 1400


@dataclass(frozen=True, slots=True)
class ProofKey:
    """A public key and its thumbprint (RFC 7638)."""

    key: Key
    thumbprint: str


def key_in(header: Mapping[str, Any]) -> ProofKey | None:
    """The key in the header of a proof; None where it is missing, private, weak, or not one for the header's `alg`."""
    member, alg = header.get("jwk"), header.get("alg")
    if not isinstance(member, dict) or alg not in ALGS or PRIVATE_MEMBERS & member.keys():
        return None
    kind, curve = FITS[alg]
    if member.get("kty") != kind or curve not in (None, member.get("crv")):
        return None
    values = [member.get(name) for name in MEMBERS[kind]]
    written = [value for value in values if isinstance(value, str)]
    return _imported(kind, *written) if len(written) == len(values) and len("".join(written)) <= LONGEST_KEY else None


@lru_cache(REMEMBERED_KEYS)
def _imported(kind: str, *values: str) -> ProofKey | None:
    member = {"kty": kind, **dict(zip(MEMBERS[kind], values, strict=True))}
    key = key_of(member) if (bits_of(member) or SHORTEST_RSA) >= SHORTEST_RSA else None
    return ProofKey(key, key.thumbprint()) if key is not None else None
