"""The token endpoint (RFC 6749 3.2)."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.oidc.endpoints.protocol import json_answer, presented
from idp.oidc.server import TokenServer
from idp.web.routes import Cors, Guard, Route


@dataclass(frozen=True, slots=True)
class Token:
    """POST /token."""

    address: str
    server: TokenServer

    def routes(self) -> tuple[Route, ...]:
        """One address, for clients and for browsers at their origins."""
        return (Route("/token", "token", self.token, ("POST",), Guard.PROTOCOL, Cors.CLIENTS),)

    def token(self) -> Response:
        """The tokens a grant earns."""
        return json_answer(self.server.answer(presented(request, self.address)))
