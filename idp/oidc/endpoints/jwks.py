"""The key set (RFC 7517 5)."""

from dataclasses import dataclass
from functools import lru_cache

from idp.oidc.tokens.keys import Keys, PublicSet
from idp.web.call import JSON, Answer, Call
from idp.web.direct import DirectRoute
from idp.web.routes import Cors, Guard

# Far shorter than the hour a new key is published before it signs.
FRESH = ("Cache-Control", "public, max-age=300")


@dataclass(frozen=True, slots=True)
class Jwks:
    """GET /jwks."""

    keys: Keys

    def routes(self) -> tuple[DirectRoute, ...]:
        """One address, for everybody."""
        return (DirectRoute("/jwks", self.jwks, ("GET",), Guard.DOCUMENT, Cors.ANY),)

    def jwks(self, call: Call) -> Answer:
        """The public keys; 304 where the caller has them already."""
        public = self.keys.public_set()
        known = call.header("IF_NONE_MATCH") == _tag(public)
        return _answer(public, 304 if known else 200)


@lru_cache(maxsize=4)
def _answer(public: PublicSet, status: int) -> Answer:
    body = public.body if status == 200 else b""
    return Answer(body, JSON, status, (FRESH, ("ETag", _tag(public))))


def _tag(public: PublicSet) -> str:
    return f'"{public.etag}"'
