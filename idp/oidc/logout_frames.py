"""Front-channel logout (OpenID Connect Front-Channel Logout 1.0): pages of clients, framed unseen by the one that signs out."""

from dataclasses import dataclass

from idp.clients.registry import Clients
from idp.core.addresses import with_query
from idp.core.database import Database
from idp.sessions.visits import clients_visited
from idp.subjects.pairwise import Pairwise


@dataclass(frozen=True, slots=True)
class LogoutFrames:
    """Knows where the clients of a session want to be opened. What they do there, nobody learns: the back channel is surer."""

    issuer: str
    database: Database
    clients: Clients
    pairwise: Pairwise

    def of(self, session_id: str) -> tuple[str, ...]:
        """The addresses to be framed when this session ends, in the order of the first visit.

        `iss` and `sid` go along always (section 3), so clients that require them get them. A client that was switched off may
        be in wrong hands, and is not opened.
        """
        with self.database.reading() as db:
            visited = clients_visited(db, session_id)
        found = (client for client in map(self.clients.find, visited) if client is not None and not client.disabled)
        return tuple(
            self._with_names(client.frontchannel_logout_uri, session_id, client.sector)
            for client in found
            if client.frontchannel_logout_uri is not None
        )

    def _with_names(self, uri: str, session_id: str, sector: str) -> str:
        return with_query(uri, iss=self.issuer, sid=self.pairwise.sid(session_id, sector))
