"""The authorization code grant (RFC 6749 4.1.3, RFC 7636 4.5)."""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import BaseGrant, TokenEndpointMixin
from sqlalchemy import Connection

from idp.clients.client import Client
from idp.core.errors import OAuthError
from idp.core.protocol_events import CodeRedeemed
from idp.oidc.form import ProtocolForm
from idp.oidc.pkce import challenge_of
from idp.oidc.tokens.code import Redeemed
from idp.oidc.tokens.family import Family, Standing
from idp.oidc.tokens.issuance import Issuance

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 4.1


class AuthorizationCodeGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """Authlib dispatches here; the rules are below."""

    GRANT_TYPE = "authorization_code"
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
    refresh_token: str | None


@dataclass(frozen=True, slots=True)
class _Refused:
    because: str


def exchange(issuance: Issuance, client: Client, form: ProtocolForm, shown: str | None) -> dict[str, Any]:
    """Tokens for a code, bound to the key that the client has `shown`.

    Raises `OAuthError`; what a refusal must leave behind is committed before.
    """
    code = form.need("code")
    if not set(form.resources) <= client.resources:
        raise OAuthError("invalid_target", "resource must be one of those registered for the client")
    now = issuance.clock.now()

    def mint(outcome: _Earned | _Refused) -> dict[str, Any]:
        if isinstance(outcome, _Refused):
            raise OAuthError("invalid_grant", "The code is not valid", because=outcome.because)
        family, minting = outcome.standing.family, issuance.minting
        return minting.for_subject(
            client,
            outcome.standing,
            scope=family.scope,
            audience=minting.audience(client, family.resource, form.resources),
            nonce=family.nonce,
            refresh_token=outcome.refresh_token,
            bound_to=shown,
            now=now,
        )

    return issuance.database.write(lambda db: _redeem(issuance, db, client, code, form, shown, now), mint)


def _redeem(
    issuance: Issuance, db: Connection, client: Client, code: str, form: ProtocolForm, shown: str | None, now: datetime
) -> _Earned | _Refused:
    redeemed = issuance.codes.redeem(db, code, client.id, now)
    if not isinstance(redeemed, Redeemed):
        return _Refused(f"the code is {type(redeemed).__name__.lower()}")
    family = redeemed.family
    if fault := _fault(family, form, shown):
        # The code is burnt: whoever holds it without its other half does not get to guess (RFC 7636 1).
        issuance.families.revoke(db, family.id, fault, now)
        return _Refused(fault)
    standing = issuance.families.standing(db, family, client.brand, now)
    if standing is None or not standing.session_alive:
        return _Refused("the session has ended or the subject is disabled")
    idle = client.lifetimes.refresh_idle
    token = issuance.refresh_tokens.issue(db, standing, now, idle) if client.may("refresh_token") else None
    if client.public and shown is not None and family.dpop_jkt is None:
        issuance.families.bind(db, family.id, shown)
    issuance.record(db, CodeRedeemed, client, family)
    return _Earned(standing, token)


def _fault(family: Family, form: ProtocolForm, shown: str | None) -> str | None:
    # RFC 9449 10: the code is for whoever holds the key that the request named.
    if family.dpop_jkt not in (None, shown):
        return "wrong_key"
    given = form.get("redirect_uri")
    # RFC 6749 4.1.3: identical where the authorization request named one; otherwise it may be left out.
    if given != family.redirect_uri and (family.redirect_uri_given or given is not None):
        return "wrong_redirect_uri"
    verifier = form.get("code_verifier")
    if family.code_challenge is None:
        # RFC 9700 4.8.2: a verifier without a challenge means that the challenge was stripped on the way.
        return None if verifier is None else "verifier_without_challenge"
    if verifier is None or not VERIFIER.fullmatch(verifier):
        return "no_verifier"
    return None if hmac.compare_digest(challenge_of(verifier), family.code_challenge) else "wrong_verifier"
