"""Introspection (RFC 7662), as JSON or as a signed JWT (RFC 9701)."""

from dataclasses import dataclass

from idp.core.clock import Clock
from idp.core.database import Database
from idp.oidc.client_auth import ClientAuthenticator, Presented
from idp.oidc.endpoints.protocol import answering
from idp.oidc.tokens.inspection import Inspection
from idp.oidc.tokens.keys import Keys
from idp.web.call import Answer, Call, json_answer
from idp.web.direct import DirectRoute
from idp.web.routes import Guard

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

    def routes(self) -> tuple[DirectRoute, ...]:
        """One address, for resource servers and confidential clients."""
        return (DirectRoute("/introspect", self.answer, ("POST",), Guard.PROTOCOL),)

    def answer(self, call: Call) -> Answer:
        """What the token is worth to the asker."""
        wants_jwt = _accepts_jwt(call.header("ACCEPT") or "")
        return answering(call, self.address, lambda shown: self._described(shown, wants_jwt))

    def _described(self, shown: Presented, wants_jwt: bool) -> Answer:
        asker = self.authenticator.authenticate(shown, public=False)
        token, now = shown.form.need("token"), self.clock.now()
        with self.database.reading() as db:
            described = self.inspection.describe(db, asker, token, now)
        self.authenticator.settle()
        if not wants_jwt:
            return json_answer(described)
        claims = {"iss": self.issuer, "aud": asker.id, "iat": int(now.timestamp()), "token_introspection": described}
        return Answer(self.keys.signer(asker.introspection_alg).sign(claims, "token-introspection+jwt").encode(), JWT_ANSWER)


def _accepts_jwt(accept: str) -> bool:
    # RFC 9701 4: named by itself; whoever takes anything gets JSON. A weight of 0 is a no (RFC 9110 12.4.2).
    for kind, *parameters in (one.replace(" ", "").lower().split(";") for one in accept.split(",")):
        if kind == JWT_ANSWER:
            return not any(one.rstrip("0") in ("q=", "q=0.") for one in parameters)
    return False
