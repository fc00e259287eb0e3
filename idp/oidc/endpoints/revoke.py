"""Revocation (RFC 7009)."""

from dataclasses import dataclass

from idp.core.clock import Clock
from idp.core.database import Database
from idp.oidc.client_auth import ClientAuthenticator, Presented
from idp.oidc.endpoints.protocol import answering
from idp.oidc.tokens.inspection import Inspection
from idp.web.call import Answer, Call
from idp.web.direct import DirectRoute
from idp.web.routes import Cors, Guard


@dataclass(frozen=True, slots=True)
class Revoke:
    """POST /revoke."""

    address: str
    authenticator: ClientAuthenticator
    inspection: Inspection
    database: Database
    clock: Clock

    def routes(self) -> tuple[DirectRoute, ...]:
        """One address, for clients and for browsers at their origins."""
        return (DirectRoute("/revoke", self.answer, ("POST",), Guard.PROTOCOL, Cors.CLIENTS),)

    def answer(self, call: Call) -> Answer:
        """200 whatever the token was (RFC 7009 2.2): it is of no use to this client any more."""
        return answering(call, self.address, self._revoked)

    def _revoked(self, shown: Presented) -> Answer:
        asker = self.authenticator.authenticate(shown, public=True)
        token = shown.form.need("token")
        with self.database.transaction() as db:
            self.inspection.revoke(db, asker, token, self.clock.now())
        self.authenticator.settle()
        return Answer()
