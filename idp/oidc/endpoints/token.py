"""The token endpoint (RFC 6749 3.2)."""

from dataclasses import dataclass

from idp.oidc.endpoints.protocol import answering
from idp.oidc.server import TokenServer
from idp.web.call import Answer, Call, json_answer
from idp.web.direct import DirectRoute
from idp.web.routes import Cors, Guard


@dataclass(frozen=True, slots=True)
class Token:
    """POST /token."""

    address: str
    server: TokenServer

    def routes(self) -> tuple[DirectRoute, ...]:
        """One address, for clients and for browsers at their origins."""
        return (DirectRoute("/token", self.token, ("POST",), Guard.PROTOCOL, Cors.CLIENTS),)

    def token(self, call: Call) -> Answer:
        """The tokens a grant earns."""
        headers = self.server.proofs.headers()
        return answering(call, self.address, lambda shown: json_answer(self.server.answer(shown), headers=headers))
