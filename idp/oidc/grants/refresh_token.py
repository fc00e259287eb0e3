"""The refresh token grant, with rotation (RFC 6749 6, RFC 9700 4.14.2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import BaseGrant, TokenEndpointMixin
from sqlalchemy import Connection

from idp.clients.client import Client
from idp.clients.profiles import PROFILES
from idp.core.errors import OAuthError
from idp.core.protocol_events import RefreshRotated
from idp.oidc.form import ProtocolForm
from idp.oidc.tokens.family import Family, Standing
from idp.oidc.tokens.issuance import Issuance
from idp.oidc.tokens.refresh import Good, Rotated


class RefreshTokenGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """Authlib dispatches here; the rules are below."""

    GRANT_TYPE = "refresh_token"
    FOR_PUBLIC_CLIENTS = True

    def validate_token_request(self) -> None:
        """Lets an authenticated client in that may use this grant."""
        self.server.admit(self)

    def create_token_response(self) -> Any:
        """The tokens."""
        return 200, exchange(self.server.issuance, self.client, self.request.protocol_form, self.request.shown), ()


@dataclass(frozen=True, slots=True)
class _Earned:
    standing: Standing
    refresh_token: str
    scope: str
    audience: str


@dataclass(frozen=True, slots=True)
class _Refused:
    """A value, because others share the transaction: an error would have theirs done once more."""

    error: OAuthError


def exchange(issuance: Issuance, client: Client, form: ProtocolForm, shown: str | None) -> dict[str, Any]:
    """Tokens for a refresh token, bound to the key that the client has `shown`.

    Raises `OAuthError`; what a refusal must leave behind is committed before.
    """
    token = form.need("refresh_token")
    now = issuance.clock.now()

    def mint(outcome: _Earned | _Refused) -> dict[str, Any]:
        if isinstance(outcome, _Refused):
            raise outcome.error
        return issuance.minting.for_subject(
            client,
            outcome.standing,
            scope=outcome.scope,
            audience=outcome.audience,
            # Core 12.2: a refreshed ID token answers no new authentication request, so it has no nonce.
            nonce=None,
            refresh_token=outcome.refresh_token,
            bound_to=shown,
            now=now,
        )

    return issuance.database.write(lambda db: _rotate(issuance, db, client, token, form, shown, now), mint)


def _rotate(
    issuance: Issuance, db: Connection, client: Client, token: str, form: ProtocolForm, shown: str | None, now: datetime
) -> _Earned | _Refused:
    found = issuance.refresh_tokens.look(db, token, client.id, client.brand, now)
    if not isinstance(found, Good):
        return _invalid(f"the refresh token is {type(found).__name__.lower()}")
    family = found.standing.family
    # Before anything is written: a client that asked for too much keeps its token as it is.
    try:
        scope = _narrowed(family, client, form.get("scope"))
        audience = issuance.minting.audience(client, family.resource, form.resources)
    except OAuthError as error:
        return _Refused(error)
    # RFC 9449 5: nothing else binds the refresh token of a public client. Others prove who they are.
    if client.public and not _is_theirs(issuance, db, family, shown):
        return _invalid("the refresh token is bound to another key")
    idle = client.lifetimes.refresh_idle
    if PROFILES[client.profile].rotates_refresh:
        rotated = issuance.refresh_tokens.rotate(db, found, now, idle)
    else:
        issuance.refresh_tokens.renew(db, found, now, idle)
        rotated = Rotated(token, True)
    if not isinstance(rotated, Rotated):
        return _invalid("the refresh token is reused")
    if rotated.first:
        _record(issuance, db, client, found.standing, now)
    return _Earned(found.standing, rotated.token, scope, audience)


def _invalid(because: str) -> _Refused:
    return _Refused(OAuthError("invalid_grant", "The refresh token is not valid", because=because))


def _is_theirs(issuance: Issuance, db: Connection, family: Family, shown: str | None) -> bool:
    if family.dpop_jkt is None and shown is not None:
        return issuance.families.bind(db, family.id, shown)  # its successor is issued over a proof
    return family.dpop_jkt in (None, shown)


def _record(issuance: Issuance, db: Connection, client: Client, standing: Standing, now: datetime) -> None:
    family = standing.family
    session = issuance.sessions.get(db, family.session_id, now) if standing.session_alive and not family.offline else None
    if session is not None:
        # A portal refreshes only when its customer does something, so this is activity (S1). Offline access goes on by
        # itself: it must not keep the browser of a customer who has left signed in.
        issuance.sessions.touch(db, session, now)
    issuance.record(db, RefreshRotated, client, family)


def _narrowed(family: Family, client: Client, asked: str | None) -> str:
    # What the client has lost since the code was issued it gets no more (S3.3).
    held = [word for word in family.scope.split() if word in client.scopes]
    words = list(dict.fromkeys(asked.split(" "))) if asked is not None else held
    if not words or not set(words) <= set(held):
        raise OAuthError("invalid_scope", "The scope goes beyond what was granted")
    return " ".join(words)
