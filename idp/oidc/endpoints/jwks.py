"""The key set (RFC 7517 5)."""

from dataclasses import dataclass
from functools import lru_cache

from flask import Response, request

from idp.oidc.tokens.keys import Keys, PublicSet
from idp.web.lasting import Lasting
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
        if request.environ.get("HTTP_IF_NONE_MATCH") == f'"{public.etag}"':
            return Response(status=304, headers=_headers(public))
        return _answer(public)


@lru_cache(maxsize=2)
def _answer(public: PublicSet) -> Lasting:
    return Lasting(public.body, content_type="application/json", headers=_headers(public))


def _headers(public: PublicSet) -> dict[str, str]:
    return {"Cache-Control": FRESH, "ETag": f'"{public.etag}"'}
