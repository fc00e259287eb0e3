"""The client credentials grant (RFC 6749 4.4): a client acts for itself, so there is no subject and no refresh token."""

from typing import Any

from authlib.oauth2.rfc6749 import BaseGrant, TokenEndpointMixin

from idp.clients.client import Client
from idp.core.errors import OAuthError
from idp.core.logs import get_log
from idp.oidc.form import ProtocolForm
from idp.oidc.tokens.claims import SCOPE_CLAIMS
from idp.oidc.tokens.issuance import Issuance

log = get_log(__name__)
ABOUT_SUBJECTS = frozenset({"openid", "offline_access", *SCOPE_CLAIMS})


class ClientCredentialsGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """Authlib dispatches here; the rules are below."""

    GRANT_TYPE = "client_credentials"
    FOR_PUBLIC_CLIENTS = False

    def validate_token_request(self) -> None:
        """Lets an authenticated client in that may use this grant."""
        self.server.admit(self)

    def create_token_response(self) -> Any:
        """The token."""
        return 200, exchange(self.server.issuance, self.client, self.request.protocol_form, self.request.shown), ()


def exchange(issuance: Issuance, client: Client, form: ProtocolForm, shown: str | None) -> dict[str, Any]:
    """A token for the client itself, bound to the key it has `shown`. Raises `OAuthError`."""
    scope = _scope(client, form.get("scope"))
    audience = issuance.minting.audience(client, None, form.resources)
    answer = issuance.minting.for_client(client, scope=scope, audience=audience, bound_to=shown, now=issuance.clock.now())
    # Not in the audit trail: machines ask often and no subject is concerned (P4).
    log.info("client_credentials_issued", client_id=client.id, scope=scope)
    return answer


def _scope(client: Client, asked: str | None) -> str:
    own = client.scopes - ABOUT_SUBJECTS
    words = tuple(dict.fromkeys(asked.split(" "))) if asked is not None else tuple(sorted(own))
    if not words or not set(words) <= own:
        raise OAuthError("invalid_scope", "The client is not registered for this scope")
    return " ".join(words)
