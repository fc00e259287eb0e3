"""Access tokens: JWTs after RFC 9068, or the same claims sealed where a client asks for opaque ones."""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.clients.client import Client
from idp.core.sealing import Keyring, Unsealable
from idp.oidc.tokens.jose import LONGEST, verify_ours
from idp.oidc.tokens.keys import Keys

TYP = "at+jwt"
ALG = "ES256"
OPAQUE = "opaque."
PURPOSE = "opaque access token"
MOST_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token of ours that has not expired. Whether it was revoked is a question for the database."""

    jti: str
    client_id: str
    audience: str
    scope: frozenset[str]
    claims: Mapping[str, Any]

    @property
    def has_family(self) -> bool:
        """Whether it is about a subject; a client's own token comes of no code."""
        return "." in self.jti

    @property
    def bound_to(self) -> str | None:
        """The thumbprint of the key that whoever uses it must hold (RFC 9449 6.1)."""
        bound: str | None = self.claims.get("cnf", {}).get("jkt")
        return bound


class AccessTokens:
    """Mints and reads access tokens."""

    def __init__(self, issuer: str, keys: Keys, keyring: Keyring) -> None:
        self._issuer = issuer
        self._keys = keys
        self._keyring = keyring
        self._read: dict[bytes, AccessToken] = {}

    def mint(self, client: Client, claims: Mapping[str, Any]) -> str:
        """The token that carries `claims`, in the format the client registered."""
        if client.access_token_format == "opaque":
            sealed = self._keyring.seal(json.dumps(claims, separators=(",", ":")).encode(), PURPOSE)
            return OPAQUE + base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()
        return self._keys.signer(ALG).sign(claims, TYP)

    def read(self, token: str, now: datetime) -> AccessToken | None:
        """The token, if we made it and it has not expired."""
        # A token comes many times in its ten minutes; its signature stays good. What may change is asked each time.
        key = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        found = self._read.get(key)
        if found is None:
            found = self._verified(token)
            if found is None:
                return None
            if len(self._read) >= MOST_REMEMBERED:
                self._read.clear()
            self._read[key] = found
        return found if found.claims["exp"] > now.timestamp() else None

    def _verified(self, token: str) -> AccessToken | None:
        if len(token) > LONGEST:
            return None
        claims = self._unseal(token) if token.startswith(OPAQUE) else verify_ours(token, self._keys.find, (TYP,))
        if claims is None or claims.get("iss") != self._issuer:
            return None
        return AccessToken(claims["jti"], claims["client_id"], claims["aud"], frozenset(claims["scope"].split()), claims)

    def _unseal(self, token: str) -> dict[str, Any] | None:
        text = token.removeprefix(OPAQUE)
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return dict(json.loads(self._keyring.open(sealed, PURPOSE)))
        except (binascii.Error, ValueError, Unsealable):
            return None


def token_type(claims: Mapping[str, Any]) -> str:
    """How a token with these claims is presented."""
    return "DPoP" if "cnf" in claims else "Bearer"


def new_jti(family_id: str | None) -> str:
    """A fresh token id. It begins with the family's, so that one query finds family, session and subject."""
    own = secrets.token_urlsafe(16)
    return own if family_id is None else f"{family_id}.{own}"
