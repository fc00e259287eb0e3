"""Where passkey managers send people to make or manage passkeys (W3C, Well-Known URL for Relying Party Passkey Endpoints)."""

import json
from dataclasses import dataclass

from idp.selfservice.passkey_pages import LIST, NEW
from idp.web.call import JSON, Answer, Call
from idp.web.direct import DirectRoute
from idp.web.routes import Cors, Guard

FRESH = ("Cache-Control", "public, max-age=3600")


@dataclass(frozen=True, slots=True)
class PasskeyEndpoints:
    """Serves one document at the host that passkeys are bound to."""

    answer: Answer

    @classmethod
    def of(cls, issuer: str) -> "PasskeyEndpoints":
        """The document of the provider at `issuer`."""
        document = {"enroll": issuer + NEW, "manage": issuer + LIST}
        return cls(Answer(json.dumps(document).encode(), JSON, headers=(FRESH,)))

    def routes(self) -> tuple[DirectRoute, ...]:
        """Its address."""
        return (DirectRoute("/.well-known/passkey-endpoints", self.document, ("GET",), Guard.DOCUMENT, Cors.ANY),)

    def document(self, _call: Call) -> Answer:
        """The document."""
        return self.answer
