"""Revocation (RFC 7009)."""

from dataclasses import dataclass

from flask import Response, request

from idp.core.clock import Clock
from idp.core.database import Database
from idp.oidc.client_auth import ClientAuthenticator
from idp.oidc.endpoints.protocol import presented
from idp.oidc.tokens.inspection import Inspection
from idp.web.routes import Cors, Guard, Route


@dataclass(frozen=True, slots=True)
class Revoke:
    """POST /revoke."""

    address: str
    authenticator: ClientAuthenticator
    inspection: Inspection
    database: Database
    clock: Clock

    def routes(self) -> tuple[Route, ...]:
        """One address, for clients and for browsers at their origins."""
        return (Route("/revoke", "revoke", self.answer, ("POST",), Guard.PROTOCOL, Cors.CLIENTS),)

    def answer(self) -> Response:
        """200 whatever the token was (RFC 7009 2.2): it is of no use to this client any more."""
        shown = presented(request, self.address)
        asker = self.authenticator.authenticate(shown, public=True)
        token = shown.form.need("token")
        with self.database.transaction() as db:
            self.inspection.revoke(db, asker, token, self.clock.now())
        return Response(status=200)
