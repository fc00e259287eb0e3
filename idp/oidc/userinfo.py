"""The UserInfo answer (Core 5.3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp.clients.client import Client
from idp.core.database import Database
from idp.core.errors import Facts, OAuthError
from idp.oidc.dpop_keys import ALGS
from idp.oidc.tokens.claims import by_parameter, by_scope, recovery, values
from idp.oidc.tokens.family import Holder
from idp.oidc.tokens.inspection import Inspection
from idp.oidc.tokens.keys import Keys
from idp.oidc.tokens.shown import Shown

TYP = "JWT"


@dataclass(frozen=True, slots=True)
class UserInfo:
    """Tells a client the claims it was granted."""

    issuer: str
    database: Database
    inspection: Inspection
    keys: Keys

    def answer(self, shown: Shown, now: datetime) -> dict[str, Any] | str:
        """The claims, or the JWT that carries them where the client registered that. Raises `OAuthError` after RFC 6750 3.1."""
        with self.database.reading() as db:
            live = self.inspection.live(db, shown.token, now)
        if live is None:
            raise bearer_error("invalid_token", "The access token is not valid", 401, shown.scheme)
        if live.token.bound_to != shown.bound_to:
            # RFC 9449 7.1, 7.2: stolen without its key, a bound token is worth nothing.
            raise bearer_error("invalid_token", "The access token is bound to another key than was shown", 401, "DPoP")
        if live.holder is None or "openid" not in live.token.scope:
            lacking = bearer_error(
                "insufficient_scope", "The access token lacks the scope openid", 403, shown.scheme, scope="openid"
            )
            raise lacking.about(Facts(live.client.id))
        claims = userinfo_claims(live.holder, live.client, live.token.scope, live.token.claims["sub"])
        alg = live.client.userinfo_alg
        if alg is None:
            return claims
        return self.keys.signer(alg).sign(claims | {"iss": self.issuer, "aud": live.client.id}, TYP)


def userinfo_claims(holder: Holder, client: Client, scope: Iterable[str], sub: str) -> dict[str, Any]:
    """What a client with a token of this `scope` is told about its holder, who is `sub` to it."""
    names = by_scope(scope) | by_parameter(holder.claims, "userinfo")
    claims = values(holder.subject, names) | recovery(holder.subject.recovered_at, own=client.first_party)
    return claims | {"sub": sub}


def bearer_error(code: str, public: str, status: int, scheme: str = "Bearer", scope: str = "") -> OAuthError:
    """An error with its challenge (RFC 6750 3, RFC 9449 7.1)."""
    more = f', scope="{scope}"' if scope else ""
    more += f', algs="{" ".join(ALGS)}"' if scheme == "DPoP" else ""
    challenge = f'{scheme} realm="userinfo", error="{code}", error_description="{public}"{more}'
    return OAuthError(code, public, status=status, challenge=challenge)
