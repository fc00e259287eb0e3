"""ID tokens (Core 2)."""

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any

from idp.clients.client import Client
from idp.oidc.tokens.claims import by_parameter, recovery, values
from idp.oidc.tokens.family import Standing
from idp.oidc.tokens.keys import Keys

TYP = "JWT"


class IdTokens:
    """Mints ID tokens."""

    def __init__(self, issuer: str, keys: Keys, lifetime: timedelta) -> None:
        self._issuer = issuer
        self._keys = keys
        self._lifetime = lifetime

    def mint(
        self,
        client: Client,
        standing: Standing,
        *,
        sub: str,
        sid: str,
        nonce: str | None,
        access_token: str | None,
        now: datetime,
    ) -> str:
        """The ID token of a sign-in. When it is minted again at a refresh only `iat` and `exp` move (Core 12.2).

        `access_token` is the one that goes with it, if one does.
        """
        claims = self.claims(client, standing, sub=sub, sid=sid, nonce=nonce, access_token=access_token, now=now)
        return self._keys.signer(client.id_token_alg).sign(claims, TYP)

    def claims(
        self,
        client: Client,
        standing: Standing,
        *,
        sub: str,
        sid: str,
        nonce: str | None,
        access_token: str | None,
        now: datetime,
    ) -> dict[str, Any]:
        """What the ID token of a sign-in says."""
        family = standing.family
        issued_at = int(now.timestamp())
        subject = standing.subject
        about = values(subject, by_parameter(family.claims, "id_token")) if subject is not None else {}
        about |= recovery(standing.recovered_at, own=client.first_party)
        claims: dict[str, Any] = about | {
            "iss": self._issuer,
            "sub": sub,
            "aud": client.id,
            "exp": issued_at + int(self._lifetime.total_seconds()),
            "iat": issued_at,
            "auth_time": int(family.auth_time.timestamp()),
            "acr": family.acr,
            "amr": list(family.amr),
            "sid": sid,
        }
        if access_token is not None:
            claims["at_hash"] = at_hash(access_token, client.id_token_alg)
        if nonce is not None:
            claims["nonce"] = nonce
        return claims


def at_hash(access_token: str, alg: str) -> str:
    """The left half of the token's hash under the hash function of `alg` (Core 3.1.3.6); Ed25519's is SHA-512."""
    hashed = (hashlib.sha512 if alg == "EdDSA" else hashlib.sha256)(access_token.encode()).digest()
    return base64.urlsafe_b64encode(hashed[: len(hashed) // 2]).rstrip(b"=").decode()
