"""The answer of the token endpoint: which tokens a grant gives, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from idp.clients.audiences import Audiences
from idp.clients.client import Client
from idp.clients.lifetimes import shorter
from idp.core.errors import OAuthError
from idp.oidc.tokens.access import AccessTokens, new_jti, token_type
from idp.oidc.tokens.family import Standing
from idp.oidc.tokens.identity import IdTokens
from idp.subjects.pairwise import Pairwise

Answer = dict[str, Any]
ACCOUNTS = "accounts"


@dataclass(frozen=True, slots=True)
class Minting:
    """Mints what a grant has earned. It only computes: what must be stored has been stored."""

    issuer: str
    access_tokens: AccessTokens
    id_tokens: IdTokens
    pairwise: Pairwise
    audiences: Audiences
    access_token_lifetime: timedelta

    def for_subject(
        self,
        client: Client,
        standing: Standing,
        *,
        scope: str,
        audience: str,
        nonce: str | None,
        refresh_token: str | None,
        bound_to: str | None,
        now: datetime,
    ) -> Answer:
        """Tokens about a subject. `scope`, that of the access token, may be narrower than what the family holds.

        `bound_to` is the thumbprint of the key that whoever uses the access token must hold (RFC 9449 6.1).
        """
        claims = self.access_claims(client, standing, scope=scope, audience=audience, now=now)
        answer = self._answer(client, claims, bound_to)
        if refresh_token is not None:
            answer["refresh_token"] = refresh_token
        if "openid" in standing.family.scope.split():
            sub, sid, access_token = claims["sub"], claims["sid"], answer["access_token"]
            answer["id_token"] = self.id_tokens.mint(
                client, standing, sub=sub, sid=sid, nonce=nonce, access_token=access_token, now=now
            )
        return answer

    def for_browser(
        self, client: Client, standing: Standing, *, access_token: bool, audience: str, now: datetime
    ) -> dict[str, str]:
        """What comes with the answer itself (Core 3.2.2.5): an ID token, with an `access_token` or alone."""
        family = standing.family
        claims = self.access_claims(client, standing, scope=family.scope, audience=audience, now=now)
        answer = self._answer(client, claims, None) if access_token else {}
        answer["id_token"] = self.id_tokens.mint(
            client,
            standing,
            sub=claims["sub"],
            sid=claims["sid"],
            nonce=family.nonce,
            access_token=answer.get("access_token"),
            now=now,
        )
        return {name: str(value) for name, value in answer.items()}

    def access_claims(self, client: Client, standing: Standing, *, scope: str, audience: str, now: datetime) -> dict[str, Any]:
        """What an access token about a subject says."""
        family = standing.family
        about: dict[str, Any] = {
            "sub": self.pairwise.sub(family.subject_id, client.sector, client.subject_type),
            "acr": family.acr,
            "amr": list(family.amr),
            "auth_time": int(family.auth_time.timestamp()),
            "sid": self.pairwise.sid(family.session_id, client.sector),
        }
        if standing.customer_number is not None and self._may_know_number(client, scope, audience):
            about["customer_number"] = standing.customer_number
        return self._claims(client, new_jti(family.id), about, scope, audience, now)

    def for_client(self, client: Client, *, scope: str, audience: str, bound_to: str | None, now: datetime) -> Answer:
        """A token for the client itself (RFC 6749 4.4); its `sub` is the client (RFC 9068 2.2)."""
        return self._answer(client, self._claims(client, new_jti(None), {"sub": client.id}, scope, audience, now), bound_to)

    def audience(self, client: Client, granted: str | None, asked: tuple[str, ...]) -> str:
        """Whom the access token is for: what was granted or asked for, or the client's default (RFC 8707 2.2).

        Raises `OAuthError` invalid_target for an audience that was not granted, or more than one.
        """
        wanted = {*asked, granted} - {None}
        if len(wanted) > 1 or not wanted <= client.resources:
            raise OAuthError("invalid_target", "resource must be one that was granted to the client")
        return next(iter(asked), None) or granted or client.default_resource or self.issuer

    def _may_know_number(self, client: Client, scope: str, audience: str) -> bool:
        # The number of one brand is somebody else's at another: a client of two APIs must not carry it across. And a client
        # reads its tokens, so it takes the customer's word that they may see the agreements.
        allowed = client.first_party or ACCOUNTS in scope.split()
        return allowed and self.audiences.brands_of(audience) <= {client.brand}

    def _claims(
        self, client: Client, jti: str, about: Mapping[str, Any], scope: str, audience: str, now: datetime
    ) -> dict[str, Any]:
        lasts = shorter(client.lifetimes.access, self.access_token_lifetime)
        issued_at, lifetime = int(now.timestamp()), int(lasts.total_seconds())
        return {
            "iss": self.issuer,
            "aud": audience,
            "client_id": client.id,
            "scope": scope,
            "jti": jti,
            "iat": issued_at,
            "exp": issued_at + lifetime,
            **about,
        }

    def _answer(self, client: Client, claims: dict[str, Any], bound_to: str | None) -> Answer:
        if bound_to is not None:
            claims["cnf"] = {"jkt": bound_to}
        token, lasts = self.access_tokens.mint(client, claims), claims["exp"] - claims["iat"]
        return {"access_token": token, "token_type": token_type(claims), "expires_in": lasts, "scope": claims["scope"]}
