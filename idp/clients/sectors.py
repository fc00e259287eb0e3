"""Sector documents (Core 8.1, Registration 5): with one, the owner of a host says which redirect URIs belong together."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field

from idp.clients.faults import Fault, Faults
from idp.core.fetcher import JSON_TYPES, Fetcher, FetchRefused
from idp.core.logs import get_log
from idp.core.rooms import Rooms

NAME = "sector_identifier_uri"
# Clients that register themselves choose whose server we wait for.
MOST_AT_ONCE = 2
log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class Sectors:
    """Fetches sector documents. Never within a transaction: others wait for it."""

    fetcher: Fetcher
    _rooms: Rooms = field(default_factory=lambda: Rooms(MOST_AT_ONCE, MOST_AT_ONCE), repr=False, compare=False)

    def faults(self, uri: object, redirect_uris: object) -> Faults:
        """Why the document at `uri` does not vouch for every one of `redirect_uris`; nothing where there is no `uri`.

        What is of the wrong type is left to the rules of metadata.
        """
        if not isinstance(uri, str) or not isinstance(redirect_uris, Collection):
            return ()
        with self._rooms.room(uri) as found:
            return self._of_document(uri, redirect_uris) if found else (Fault((NAME,), "cannot be fetched now; try again"),)

    def _of_document(self, uri: str, redirect_uris: Collection[object]) -> Faults:
        try:
            listed = json.loads(self.fetcher.get_bytes(uri, content_types=JSON_TYPES))
        except FetchRefused as refused:
            # Why is for operators: whoever registers must not learn what answers at addresses of their choice.
            log.warning("sector_document_not_fetched", uri=uri, because=refused.because)
            return (Fault((NAME,), "could not be fetched as JSON from a public https address"),)
        except (ValueError, RecursionError):
            return (Fault((NAME,), "holds no JSON"),)
        if not isinstance(listed, list):
            return (Fault((NAME,), "must hold a JSON list of redirect URIs"),)
        missing = next((one for one in redirect_uris if one not in listed), None)
        return () if missing is None else (Fault((NAME,), f"its list lacks {missing}"),)
