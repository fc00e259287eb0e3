"""Discovery: two addresses, one document (OpenID Connect Discovery 4, RFC 8414 3)."""

import json
from dataclasses import dataclass
from typing import Any

from idp.web.call import JSON, Answer, Call
from idp.web.direct import DirectRoute
from idp.web.routes import Cors, Guard

FRESH = ("Cache-Control", "public, max-age=300")
NAMES = ("openid-configuration", "oauth-authorization-server")


@dataclass(frozen=True, slots=True)
class Discovery:
    """Serves the document."""

    answer: Answer

    @classmethod
    def of(cls, metadata: dict[str, Any]) -> "Discovery":
        """Discovery that answers with `metadata`."""
        return cls(Answer(json.dumps(metadata, indent=1).encode(), JSON, headers=(FRESH,)))

    def routes(self) -> tuple[DirectRoute, ...]:
        """The addresses of both specifications."""
        return tuple(DirectRoute(f"/.well-known/{n}", self.document, ("GET",), Guard.DOCUMENT, Cors.ANY) for n in NAMES)

    def document(self, _call: Call) -> Answer:
        """The document."""
        return self.answer
