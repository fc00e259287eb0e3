"""Discovery: two addresses, one document (OpenID Connect Discovery 4, RFC 8414 3)."""

import json
from dataclasses import dataclass
from typing import Any

from flask import Response

from idp.web.lasting import Lasting
from idp.web.routes import Cors, Guard, Route

HEADERS = {"Cache-Control": "public, max-age=300"}


@dataclass(frozen=True, slots=True)
class Discovery:
    """Serves the document."""

    answer: Lasting

    @classmethod
    def of(cls, metadata: dict[str, Any]) -> "Discovery":
        """Discovery that answers with `metadata`."""
        body = json.dumps(metadata, indent=1).encode()
        return cls(Lasting(body, content_type="application/json", headers=HEADERS))

    def routes(self) -> tuple[Route, ...]:
        """The addresses of both specifications."""
        names = ("openid-configuration", "oauth-authorization-server")
        return tuple(Route(f"/.well-known/{n}", "discovery", self.document, guard=Guard.DOCUMENT, cors=Cors.ANY) for n in names)

    def document(self) -> Response:
        """The document."""
        return self.answer
