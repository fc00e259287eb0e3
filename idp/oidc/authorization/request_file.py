"""Request objects that clients publish (Core 6.2, RFC 9101 5.2), fetched when a request names them and never before."""

import hashlib

from joserfc.util import urlsafe_b64encode

from idp.core.errors import OAuthError
from idp.core.fetcher import Fetcher, FetchRefused
from idp.core.logs import get_log
from idp.core.rooms import Rooms
from idp.oidc.tokens.jose import LONGEST

# Whoever may send a browser here makes us fetch: that may take some of our threads, never all, and one client not those of all.
MOST_AT_ONCE, MOST_OF_ONE = 3, 2
MOST_REMEMBERED = 200

log = get_log(__name__)


class RequestFiles:
    """Fetches request objects.

    Only one whose address carries the hash of its content is remembered: it can never be another (Core 6.2).
    """

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._rooms = Rooms(MOST_AT_ONCE, MOST_OF_ONE)
        self._remembered: dict[str, str] = {}

    def fetch(self, client_id: str, uri: str) -> str:
        """What lies at `uri`, which the client has registered. Raises `OAuthError`, for the client."""
        if (known := self._remembered.get(uri)) is not None:
            return known
        with self._rooms.room(client_id) as found:
            if not found:
                raise OAuthError("temporarily_unavailable", "Too many request objects are being fetched")
            return self._fetched(uri)

    def _fetched(self, uri: str) -> str:
        try:
            body = self._fetcher.get_bytes(without_mark(uri), LONGEST)
            found = body.decode("ascii").strip()
        except (FetchRefused, UnicodeDecodeError) as error:
            log.warning("request_object_not_fetched", uri=uri, because=getattr(error, "because", "it is no text"))
            raise OAuthError("invalid_request_uri", "The request object could not be fetched") from error
        if urlsafe_b64encode(hashlib.sha256(body).digest()).decode() == uri.partition("#")[2]:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[uri] = found
        return found


def without_mark(uri: str) -> str:
    """The address without its fragment, which is a mark for caches and never sent to the client's server (Core 6.2)."""
    # Cut, not parsed: what a browser brings need be no address at all.
    return uri.partition("#")[0]
