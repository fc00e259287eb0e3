"""Proof of possession (RFC 9449): in each request a caller shows that it holds the key that its tokens are bound to."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from idp.core.clock import Clock
from idp.core.errors import OAuthError, Unavailable
from idp.core.handles import digest
from idp.core.kv import KV, epoch
from idp.oidc.dpop_keys import key_in
from idp.oidc.dpop_nonces import LIFE, Nonces
from idp.oidc.tokens.jose import is_signed_by, peek, seconds

TYP = "dpop+jwt"
THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7638: SHA-256 in base64url
# In seconds: a proof is made for the request it comes with, by a clock that may differ from ours.
OLD, AHEAD = 60.0, 30.0
REMEMBERED = max(timedelta(seconds=OLD + AHEAD), LIFE) + timedelta(seconds=1)
LONGEST_JTI = 512
DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Proofs:
    """Judges proofs. `nonces` where each must hold one of ours (RFC 9449 8); None where it need not."""

    kv: KV
    clock: Clock
    nonces: Nonces | None

    def thumbprint(self, proof: str | None, method: str, address: str, access_token: str | None = None) -> str | None:
        """The thumbprint of the key (RFC 7638) that `proof` shows for a request to `address`; None where none was sent.

        With an `access_token` the proof must be for that one. The proof is spent then. Raises `OAuthError`
        invalid_dpop_proof, or use_dpop_nonce with a fresh nonce; `Unavailable` where spent proofs cannot be remembered.
        """
        if proof is None:
            return None
        found = peek(proof)
        shown = key_in(found.header) if found is not None and found.header.get("typ") == TYP else None
        if found is None or shown is None or not is_signed_by(proof, found, shown.key, str(found.text("alg"))):
            raise _refused("the proof is no signed JWT of this kind")
        if because := _misdirected(found.claims, method, address, access_token):
            raise _refused(because)
        made, nonce = seconds(found.claims, "iat"), found.claims.get("nonce")
        if self.nonces is not None:
            self._must_hold(self.nonces, nonce, epoch(self.kv, self.clock))
        if made is None or not self._timely(made):
            raise _refused("the proof is too old, from the future, or without iat")
        since = self._spend(found.claims, shown.thumbprint)
        if self.nonces is not None:  # a store that lost its memory in between would have let a spent proof pass
            self._must_hold(self.nonces, nonce, since)
        elif made < since.timestamp():
            # A store that lost its memory lost the proofs that were used: what was made before that may be one of them.
            raise _refused("the proof is older than our memory")
        return shown.thumbprint

    def headers(self) -> tuple[tuple[str, str], ...]:
        """What every answer says besides, where nonces are asked for (RFC 9449 8.2)."""
        if self.nonces is None:
            return ()
        try:
            return (("DPoP-Nonce", self.nonces.current(epoch(self.kv, self.clock))),)
        except Unavailable:
            return ()  # what is answered stands without it: the next proof is told one

    def _must_hold(self, nonces: Nonces, nonce: object, since: datetime) -> None:
        if not nonces.accepts(nonce, since):
            raise OAuthError("use_dpop_nonce", "The DPoP proof must hold a nonce of this provider", headers=self.headers())

    def _timely(self, made: float) -> bool:
        now = self.clock.now().timestamp()
        # A nonce of ours tells the time of a caller whose clock is wrong (RFC 9449 4.3, 11).
        return self.nonces is not None or now - OLD <= made <= now + AHEAD

    def _spend(self, claims: Mapping[str, Any], shown: str) -> datetime:
        """Since when the memory lasts in which the proof is spent now."""
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
            raise _refused("the proof has no jti")
        if not self.kv.add(f"dpop:{shown}:{digest(jti)}", b"1", REMEMBERED):
            raise _refused("the proof was used before")
        return epoch(self.kv, self.clock)


def same_address(htu: object, address: str) -> bool:
    """Whether `htu` names `address`, query and fragment aside (RFC 9449 4.3, RFC 3986 6.2)."""
    if not isinstance(htu, str):
        return False
    return htu == address or ((named := _normal(htu)) is not None and named == _normal(address))


def _normal(address: str) -> tuple[str, str, int | None, str] | None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.username is not None or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port or DEFAULT_PORTS.get(parts.scheme), parts.path or "/"


def _misdirected(claims: Mapping[str, Any], method: str, address: str, access_token: str | None) -> str | None:
    if claims.get("htm") != method:
        return "the proof is for another method"
    if not same_address(claims.get("htu"), address):
        return "the proof is for another address"
    if access_token is not None and claims.get("ath") != _hash(access_token):
        return "the proof is for another access token"
    return None


def _hash(access_token: str) -> str:
    hashed = hashlib.sha256(access_token.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def _refused(because: str) -> OAuthError:
    return OAuthError("invalid_dpop_proof", "The DPoP proof is not valid", because=because)
