"""Introspection (RFC 7662), as JSON or as a signed JWT (RFC 9701)."""

from dataclasses import dataclass

from flask import Response, request

from idp.core.clock import Clock
from idp.core.database import Database
from idp.oidc.client_auth import ClientAuthenticator
from idp.oidc.endpoints.protocol import json_answer, presented
from idp.oidc.tokens.inspection import Inspection
from idp.oidc.tokens.keys import Keys
from idp.web.routes import Guard, Route

JWT_ANSWER = "application/token-introspection+jwt"


@dataclass(frozen=True, slots=True)
class Introspect:
    """POST /introspect."""

    issuer: str
    address: str
    authenticator: ClientAuthenticator
    inspection: Inspection
    keys: Keys
    database: Database
    clock: Clock

    def routes(self) -> tuple[Route, ...]:
        """One address, for resource servers and confidential clients."""
        return (Route("/introspect", "introspect", self.answer, ("POST",), Guard.PROTOCOL),)

    def answer(self) -> Response:
        """What the token is worth to the asker."""
        shown = presented(request, self.address)
        asker = self.authenticator.authenticate(shown, public=False)
        token, now = shown.form.need("token"), self.clock.now()
        with self.database.reading() as db:
            described = self.inspection.describe(db, asker, token, now)
        if JWT_ANSWER not in request.headers.get("Accept", ""):
            return json_answer(described)
        claims = {"iss": self.issuer, "aud": asker.id, "iat": int(now.timestamp()), "token_introspection": described}
        return Response(self.keys.signer("RS256").sign(claims, "token-introspection+jwt"), content_type=JWT_ANSWER)
