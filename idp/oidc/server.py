"""Authlib's room: its server dispatches token requests to the grants. Everything it would decide by itself is decided here.

Its parsing of requests, client authentication, token generation and wire format are not used; `docs/adr/0002` says why.
"""

from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request

from idp.core.errors import OAuthError
from idp.core.meter import Meter
from idp.core.metrics import TOKENS
from idp.oidc.client_auth import ClientAuthenticator, Presented
from idp.oidc.dpop import Proofs
from idp.oidc.grants import GRANTS
from idp.oidc.tokens.issuance import Issuance


class TokenRequest(OAuth2Request):  # type: ignore[misc]
    """A token request in Authlib's dress. Built without its constructor, which would judge the scheme of the address."""

    def __init__(self, presented: Presented) -> None:
        self.method = "POST"
        self.presented = presented
        self.protocol_form = presented.form
        self.client = None
        self.shown: str | None = None


class TokenServer(AuthorizationServer):  # type: ignore[misc]
    """Finds the grant, lets the client in, returns what the grant answers."""

    def __init__(self, authenticator: ClientAuthenticator, proofs: Proofs, issuance: Issuance, meter: Meter) -> None:
        super().__init__()
        self.proofs = proofs
        self.authenticator = authenticator
        self.issuance = issuance
        self.meter = meter
        for grant in GRANTS:
            self.register_grant(grant)
        self._by_type = {grant.GRANT_TYPE: grant for grant in GRANTS}

    def answer(self, presented: Presented) -> dict[str, Any]:
        """The answer to a token request. Raises `OAuthError`."""
        answer: dict[str, Any] = self.create_token_response(TokenRequest(presented))
        self.authenticator.settle()
        self.meter.add(TOKENS, presented.form.need("grant_type"))  # one of ours, as it has been granted
        return answer

    def admit(self, grant: Any) -> None:
        """Authenticates the client of a grant's request, and sees which key it shows. Raises `OAuthError`."""
        presented = grant.request.presented
        client = self.authenticator.authenticate(presented, public=grant.FOR_PUBLIC_CLIENTS)
        if not client.may(grant.GRANT_TYPE):
            raise OAuthError("unauthorized_client", "The client is not registered for this grant type")
        shown = self.proofs.thumbprint(presented.proof, "POST", presented.endpoint)
        if shown is None and client.sender_constrained:
            raise OAuthError("invalid_dpop_proof", "This client must send a DPoP proof")
        grant.request.client, grant.request.shown = client, shown

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        """Requests come parsed: Authlib would merge query and body, and take duplicates."""
        return request

    def get_token_grant(self, request: Any) -> Any:
        """The grant that was asked for."""
        grant = self._by_type.get(request.protocol_form.need("grant_type"))
        if grant is None:
            raise OAuthError("unsupported_grant_type", "This grant type is not supported")
        return grant(request, self)

    def handle_response(self, status: int, body: Any, headers: Any) -> Any:
        """The body as it is: the endpoint makes the HTTP answer."""
        return body
