"""What a token is worth now: for introspection (RFC 7662), userinfo and revocation (RFC 7009)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from idp.clients.client import Client
from idp.clients.registry import Clients
from idp.oidc.tokens.access import AccessToken, AccessTokens, token_type
from idp.oidc.tokens.claims import recovery
from idp.oidc.tokens.family import Families, Holder
from idp.oidc.tokens.refresh import Found, RefreshTokens
from idp.subjects.pairwise import Pairwise

INACTIVE: dict[str, Any] = {"active": False}


@dataclass(frozen=True, slots=True)
class Live:
    """An access token that is good now; `holder` for one about a subject."""

    token: AccessToken
    client: Client
    holder: Holder | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """Weighs tokens. A client that was disabled takes its tokens with it."""

    issuer: str
    clients: Clients
    families: Families
    access_tokens: AccessTokens
    refresh_tokens: RefreshTokens
    pairwise: Pairwise

    def live(self, db: Connection, text: str, now: datetime) -> Live | None:
        """The access token, unless it, its family, session, subject or client has ended."""
        token = self.access_tokens.read(text, now)
        client = self.clients.find(token.client_id) if token is not None else None
        if token is None or client is None or client.disabled:
            return None
        if not token.has_family:
            return None if self.families.is_revoked(db, token.jti) else Live(token, client, None)
        holder = self.families.holder(db, token.jti, now)
        return Live(token, client, holder) if holder is not None else None

    def describe(self, db: Connection, asker: Client, text: str, now: datetime) -> dict[str, Any]:
        """The introspection answer for `asker`: only of its own tokens and of those meant for it (RFC 7662 4)."""
        live = self.live(db, text, now)
        if live is not None:
            if live.token.audience in asker.owns:
                return {
                    "active": True,
                    "token_type": token_type(live.token.claims),
                    **live.token.claims,
                    **recovery(live.holder.subject.recovered_at if live.holder else None, own=True),
                }
            if live.client.id != asker.id:
                return INACTIVE
            return {"active": True, "token_type": token_type(live.token.claims), **live.token.claims}
        found = self.refresh_tokens.find(db, text)
        if found is None or found.family.client_id != asker.id or found.used_at is not None or found.expires_at <= now:
            return INACTIVE
        standing = self.families.standing(db, found.family, None, now)
        return self._refresh(asker, found) if standing is not None else INACTIVE

    def revoke(self, db: Connection, asker: Client, text: str, now: datetime) -> None:
        """Ends the token if it is the asker's own; a refresh token ends its family. Anything else is left as it is."""
        found = self.refresh_tokens.find(db, text)
        if found is not None:
            if found.family.client_id == asker.id:
                self.families.revoke(db, found.family.id, "revoked_by_client", now)
            return
        token = self.access_tokens.read(text, now)
        if token is not None and token.client_id == asker.id:
            expires_at = datetime.fromtimestamp(token.claims["exp"], now.tzinfo)
            self.families.revoke_token(db, token.jti, expires_at)

    def _refresh(self, asker: Client, found: Found) -> dict[str, Any]:
        return {
            "active": True,
            "iss": self.issuer,
            "client_id": asker.id,
            "scope": found.family.scope,
            "sub": self.pairwise.sub(found.family.subject_id, asker.sector, asker.subject_type),
            "iat": int(found.issued_at.timestamp()),
            "exp": int(found.expires_at.timestamp()),
        }
