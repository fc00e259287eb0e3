"""Proofs of possession (RFC 9449 4.3, 7): with a token that is bound to a key comes, in each request, a proof of that key."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from portals.account_api.nonces import GOOD_FOR, Nonces
from portals.account_api.spent import Spent
from portals.clock import Clock
from portals.issuer_keys import LARGEST_TOKEN

TYP = "dpop+jwt"
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
# What a key must be for each algorithm: its class, and members that its JWK must have.
KEYS: dict[str, tuple[type[ECKey | OKPKey | RSAKey], dict[str, str]]] = {
    "ES256": (ECKey, {"kty": "EC", "crv": "P-256"}),
    "EdDSA": (OKPKey, {"kty": "OKP", "crv": "Ed25519"}),
    "PS256": (RSAKey, {"kty": "RSA"}),
}
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
SHORTEST_RSA = 2048
# In seconds: a proof is made for the request it comes with, by a clock that may differ from ours.
OLD, AHEAD = 60, 30
REMEMBERED = max(OLD + AHEAD, GOOD_FOR) + 1
LONGEST_JTI = 512
PORTS = {"https": 443, "http": 80}
MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


class ProofRejected(Exception):
    """The proof is not good for this request; the message is one stable word for the log."""


class NonceWanted(ProofRejected):
    """The proof would do, were there a nonce of ours in it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as it arrived: its method, its address without the query, its proof if it has one, and its access token."""

    method: str
    address: str
    proof: str | None
    token: str


@dataclass(frozen=True, slots=True)
class Proofs:
    """Judges proofs; none is taken twice, whichever process it is shown to. `nonces` where each must hold one of ours."""

    spent: Spent
    clock: Clock
    nonces: Nonces | None

    def spend(self, shown: Shown, thumbprint: str) -> None:
        """Spend the proof of `shown`, made with the key of this thumbprint (RFC 7638). Raises ProofRejected, NonceWanted."""
        if shown.proof is None or len(shown.proof) > LARGEST_TOKEN or not COMPACT.fullmatch(shown.proof):
            raise ProofRejected("missing")
        claims = _verified(shown.proof, thumbprint)
        now = self.clock()
        for name, holds in _rules(claims, shown):
            if not holds:
                raise ProofRejected(name)
        if self.nonces is not None and not self.nonces.accepts(claims.get("nonce")):
            raise NonceWanted("nonce")
        # A nonce of ours tells the time of a caller whose clock is wrong (RFC 9449 4.3, 11).
        if self.nonces is None and not now.timestamp() - OLD <= claims["iat"] <= now.timestamp() + AHEAD:
            raise ProofRejected("iat")
        # As JSON, since a jti may hold what cannot be encoded.
        if not self.spent.first(f"proof:{thumbprint}:{json.dumps(claims['jti'])}", now.timestamp() + REMEMBERED, now):
            raise ProofRejected("used before")


def _verified(proof: str, thumbprint: str) -> dict[str, Any]:
    """What the proof claims, if it is signed with the key of this thumbprint, which it holds."""
    try:
        signed, _, signature = proof.rpartition(".")
        header, claims = (json.loads(_decoded(part)) for part in signed.split("."))
        if header.get("typ") != TYP or "crit" in header or not isinstance(claims, dict):
            raise ProofRejected("kind")
        alg = header["alg"]
        key = _key(header["jwk"], alg)
        # Before it is used: the token is bound to no key that would cost too much, and whoever asks may bring any.
        if key.thumbprint() != thumbprint:
            raise ProofRejected("key")
        # With the one algorithm that was looked up, and nothing that the header says besides.
        if not JWSRegistry.algorithms[alg].verify(signed.encode(), _decoded(signature), key):
            raise ProofRejected("signature")
        return claims
    except MALFORMED as error:
        raise ProofRejected("malformed") from error


def _key(member: Mapping[str, Any], alg: str) -> ECKey | OKPKey | RSAKey:
    kind, members = KEYS[alg]
    if PRIVATE & member.keys() or any(member.get(name) != value for name, value in members.items()):
        raise ProofRejected("key")
    if kind is RSAKey and int.from_bytes(_decoded(member["n"])).bit_length() < SHORTEST_RSA:
        raise ProofRejected("key")
    return kind.import_key(dict(member))


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _rules(claims: Mapping[str, Any], shown: Shown) -> tuple[tuple[str, bool], ...]:
    jti, hashed = claims.get("jti"), hashlib.sha256(shown.token.encode()).digest()
    return (
        ("htm", claims.get("htm") == shown.method),
        ("htu", same_address(claims.get("htu"), shown.address)),
        ("ath", claims.get("ath") == base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()),
        ("iat", type(claims.get("iat")) in (int, float)),
        ("jti", isinstance(jti, str) and 0 < len(jti) <= LONGEST_JTI),
    )


def same_address(htu: object, address: str) -> bool:
    """Return whether `htu` names `address`, query and fragment aside (RFC 9449 4.3, RFC 3986 6.2)."""
    named = _plain(htu) if isinstance(htu, str) else None
    return named is not None and named == _plain(address)


def _plain(address: str) -> tuple[str, str | None, int | None, str] | None:
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS.get(parts.scheme)
        # This server reads an escaped character as the character.
        path = unquote(parts.path, errors="strict")
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port, path or "/") if "@" not in parts.netloc else None
