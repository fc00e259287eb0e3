"""A client's logo, from our own origin: the customer's browser never calls a third party before consent."""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from idp.clients.client import Client
from idp.clients.registry import Clients
from idp.core.fetcher import Fetcher, FetchRefused
from idp.core.kv import KV
from idp.core.rooms import Rooms
from idp.web.routes import Guard, Route

KEPT = timedelta(days=1)
MISSED = timedelta(minutes=10)
MOST_BYTES = 64 * 1024
# A page that lists many clients has a browser ask for all of their logos.
MOST_AT_ONCE = 2
MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def logo_url(client: Client) -> str | None:
    """Where this provider serves the client's logo; None where it has none."""
    return f"/logo/{client.id}" if client.logo_uri is not None else None


@dataclass(frozen=True, slots=True)
class Logos:
    """Fetches each logo once through the guarded fetcher, keeps it for a day, and serves what is PNG or JPEG."""

    clients: Clients
    fetcher: Fetcher
    kv: KV
    _rooms: Rooms = field(default_factory=lambda: Rooms(MOST_AT_ONCE, 1), repr=False)

    def routes(self) -> tuple[Route, ...]:
        """One address for each client."""
        return (Route("/logo/<client_id>", "logo", self.show, guard=Guard.PAGE),)

    def show(self, client_id: str) -> Response:
        """GET: the picture, or 404."""
        client = self.clients.find(client_id)
        picture = self._picture(client.id, client.logo_uri) if client is not None and client.logo_uri is not None else b""
        kind = next((kind for magic, kind in MAGIC.items() if picture.startswith(magic)), None)
        if kind is None:
            raise NotFound
        response = Response(picture, content_type=kind)
        response.headers["Cache-Control"] = "private, max-age=3600"
        return response

    def _picture(self, client_id: str, uri: str) -> bytes:
        # One for each client, whatever it calls its logo next: with its address in front.
        key, mark = f"logo:{client_id}", sha256(uri.encode()).digest()
        kept = self.kv.get(key)
        if kept is not None and kept.startswith(mark):
            return kept.removeprefix(mark)
        with self._rooms.room(client_id) as found:
            return self._fetched(uri, key, mark) if found else b""

    def _fetched(self, uri: str, key: str, mark: bytes) -> bytes:
        # A failure is kept too, for a while: an address that hangs costs three seconds once, not at every page.
        self.kv.set(key, mark, MISSED)
        try:
            picture = self.fetcher.get_bytes(uri, MOST_BYTES, ("image/png", "image/jpeg"))
        except FetchRefused:
            return b""
        self.kv.set(key, mark + picture, KEPT)
        return picture
