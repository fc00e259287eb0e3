"""Request objects that clients publish (Core 6.2, RFC 9101 5.2), fetched when a request names them and never before."""

import hashlib
from threading import BoundedSemaphore
from urllib.parse import urldefrag

from joserfc.util import urlsafe_b64encode

from idp.core.errors import OAuthError
from idp.core.fetcher import Fetcher, FetchRefused
from idp.core.logs import get_log
from idp.oidc.tokens.jose import LONGEST

# Whoever may send a browser here makes us fetch: that may take some of our threads, never all.
MOST_AT_ONCE = 8
MOST_REMEMBERED = 200

log = get_log(__name__)


class RequestFiles:
    """Fetches request objects.

    Only one whose address carries the hash of its content is remembered: it can never be another (Core 6.2).
    """

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._slots = BoundedSemaphore(MOST_AT_ONCE)
        self._remembered: dict[str, str] = {}

    def fetch(self, uri: str) -> str:
        """What lies at `uri`, which is registered. Raises `OAuthError`, for the client."""
        if (known := self._remembered.get(uri)) is not None:
            return known
        if not self._slots.acquire(blocking=False):
            raise OAuthError("temporarily_unavailable", "Too many request objects are being fetched")
        try:
            address, fragment = urldefrag(uri)
            body = self._fetcher.get_bytes(address, LONGEST)
            found = body.decode("ascii").strip()
        except (FetchRefused, UnicodeDecodeError) as error:
            log.warning("request_object_not_fetched", uri=uri, because=getattr(error, "because", "it is no text"))
            raise OAuthError("invalid_request_uri", "The request object could not be fetched") from error
        finally:
            self._slots.release()
        if urlsafe_b64encode(hashlib.sha256(body).digest()).decode() == fragment:
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered[uri] = found
        return found
