"""The key set (RFC 7517 5)."""

from dataclasses import dataclass

from flask import Response, request

from idp.oidc.tokens.keys import Keys
from idp.web.routes import Cors, Guard, Route

# Far shorter than the hour a new key is published before it signs.
FRESH = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class Jwks:
    """GET /jwks."""

    keys: Keys

    def routes(self) -> tuple[Route, ...]:
        """One address, for everybody."""
        return (Route("/jwks", "jwks", self.jwks, guard=Guard.DOCUMENT, cors=Cors.ANY),)

    def jwks(self) -> Response:
        """The public keys; 304 where the caller has them already."""
        public = self.keys.public_set()
        headers = {"Cache-Control": FRESH, "ETag": f'"{public.etag}"'}
        if request.environ.get("HTTP_IF_NONE_MATCH") == headers["ETag"]:
            return Response(status=304, headers=headers)
        return Response(public.body, content_type="application/json", headers=headers)
