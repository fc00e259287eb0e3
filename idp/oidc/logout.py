"""Back-channel logout (OpenID Connect Back-Channel Logout 1.0): a session that ends is told to every client it visited.

The delivery is enqueued in the transaction that ends the session, whichever way it ends; the token is signed when it is sent.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from idp.clients.client import Client
from idp.clients.registry import Clients, read
from idp.core.clock import Clock
from idp.core.events import Event
from idp.core.fetcher import Fetcher, FetchRefused
from idp.core.handles import digest
from idp.core.outbox import Attempt, Delivered, GiveUp, Outcome, Retry, enqueue
from idp.core.sealing import Keyring
from idp.oidc.tokens.keys import Keys
from idp.sessions.visits import clients_visited, leave
from idp.subjects.pairwise import Pairwise

KIND = "logout_token"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
# A token is not sent in the last seconds of its life: it must still be good when the client looks at it.
MARGIN = timedelta(seconds=15)
MOST_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class LogoutNotices:
    """Subscriber of `SessionEnded` and of `ConsentWithdrawn`."""

    pairwise: Pairwise
    keyring: Keyring
    clock: Clock

    def when_session_ended(self, db: Connection, event: Event) -> None:
        """Enqueues one logout token for each client the session visited that wants one."""
        if event.session_id is None or event.subject_id is None:
            return
        for client_id in clients_visited(db, event.session_id):
            client = read(db, client_id)
            if client is not None and client.backchannel_logout_uri is not None:
                self._enqueue(db, client, event.session_id, event.subject_id)

    def when_consent_withdrawn(self, db: Connection, event: Event) -> None:
        """The client is told for each session it was visited in. It may be visited again, and is then told again."""
        if event.subject_id is None or event.client_id is None:
            return
        client = read(db, event.client_id)
        left = leave(db, event.subject_id, event.client_id)
        if client is not None and client.backchannel_logout_uri is not None:
            for session_id in left:
                self._enqueue(db, client, session_id, event.subject_id, once=False)

    def _enqueue(self, db: Connection, client: Client, session_id: str, subject_id: str, once: bool = True) -> None:
        payload = {
            "client_id": client.id,
            "sub": self.pairwise.sub(subject_id, client.sector, client.subject_type),
            "sid": self.pairwise.sid(session_id, client.sector),
        }
        key = digest(f"{KIND}:{session_id}:{client.id}") if once else None
        enqueue(db, self.keyring, KIND, payload, self.clock, dedupe_key=key, target=client.id, brand=client.brand)


@dataclass(frozen=True, slots=True)
class LogoutTokens:
    """Deliverer of logout tokens. Retries within a token's life send that very token, later ones a new one."""

    issuer: str
    clients: Clients
    keys: Keys
    fetcher: Fetcher
    lifetime: timedelta
    _signed: dict[tuple[int, datetime], str] = field(default_factory=dict)

    def deliver(self, payload: dict[str, Any], attempt: Attempt) -> Outcome:
        """Posts the token. 2xx is delivered, 400 is the client's last word (2.8), all else is tried again."""
        client = self.clients.find(payload["client_id"])
        if client is None or client.backchannel_logout_uri is None:
            return GiveUp("the client has no logout address any more")
        token = self._token(client, payload, attempt)
        try:
            status = self.fetcher.post_form(client.backchannel_logout_uri, {"logout_token": token})
        except FetchRefused as refused:
            return Retry(refused.because)
        if 200 <= status < 300:
            return Delivered()
        return GiveUp("the client refused the token") if status == 400 else Retry(f"the client answered {status}")

    def _token(self, client: Client, payload: dict[str, Any], attempt: Attempt) -> str:
        spell = self.lifetime - MARGIN
        issued = attempt.created_at + spell * ((attempt.now - attempt.created_at) // spell)
        known = self._signed.get((attempt.delivery_id, issued))
        if known is not None:
            return known
        if len(self._signed) >= MOST_REMEMBERED:
            self._signed.clear()
        claims = {
            "iss": self.issuer,
            "aud": client.id,
            "iat": int(issued.timestamp()),
            "exp": int((issued + self.lifetime).timestamp()),
            # From the delivery, not by chance: another worker that takes over sends the same jti.
            "jti": digest(f"{attempt.delivery_id}:{payload['sid']}:{issued.isoformat()}")[:32],
            "sub": payload["sub"],
            "sid": payload["sid"],
            "events": {LOGOUT_EVENT: {}},
        }
        token = self.keys.signer(client.id_token_alg).sign(claims, "logout+jwt")
        self._signed[attempt.delivery_id, issued] = token
        return token
