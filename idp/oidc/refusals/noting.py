"""Notes refused requests, so that "why?" has an answer. Bounded on every side: it must be no lever for a flood."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from idp.clients.client import Client
from idp.clients.registry import Clients
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.errors import Facts, IdpError
from idp.core.logs import get_log
from idp.core.origin import current_origin
from idp.core.throttle import source_of
from idp.oidc.refusals.facts import differences, shown, without_secrets
from idp.oidc.refusals.store import Noted, keep
from idp.oidc.refusals.trickle import Bound, Trickle

log = get_log(__name__)

# Of each process. A person who looks for a cause tries a few times a minute.
A_SECOND, A_MINUTE_FROM_A_SOURCE, A_MINUTE_OF_A_CAUSE = 5, 30, 10
RESTS_FOR = timedelta(seconds=5)
# Whoever is slowed has been told so, and what failed on our side is for the log.
NOT_KEPT = frozenset({429})
# The addresses of the protocol, and what their endpoints are called.
ENDPOINTS: Mapping[str, str] = {
    "/authorize": "authorize",
    "/par": "par",
    "/token": "token",
    "/userinfo": "userinfo",
    "/introspect": "introspect",
    "/revoke": "revoke",
    "/logout": "end_session",
    "/register": "register",
}
RETURNS: Mapping[str, Callable[[Client], Iterable[str]]] = {
    "bad_redirect": lambda client: client.redirect_uris,
    "bad_logout_return": lambda client: client.post_logout_redirect_uris,
}


class Refusals:
    """Notes refusals. Whatever becomes of the note, the refusal stands."""

    def __init__(self, database: Database, clients: Clients, clock: Clock) -> None:
        self._database = database
        self._clients = clients
        self._clock = clock
        self._trickle = Trickle()
        self._rests_until: datetime | None = None

    def note(self, path: str, error: IdpError) -> None:
        """Remembers that a request to `path` was refused with `error`, if that is an address of the protocol. Never raises."""
        endpoint = ENDPOINTS.get("/" + path.split("/", 2)[1] if path.startswith("/") else path)
        if endpoint is None or error.status >= 500 or error.status in NOT_KEPT:
            return
        try:
            self._note(endpoint, error)
        except Exception as fault:
            # A store that is away would make every refusal slow: it is left alone for a while.
            self._rests_until = self._clock.now() + RESTS_FOR
            log.error("refusal_not_kept", exc_info=fault)

    def _note(self, endpoint: str, error: IdpError) -> None:
        now, origin = self._clock.now(), current_origin()
        if self._rests_until is not None and now < self._rests_until:
            return
        because = error.because or error.public or error.code
        bounds = (
            Bound(f"source {source_of(origin.address)}", A_MINUTE_FROM_A_SOURCE, 60),
            Bound(f"cause {error.facts.client_id} {error.code} {because}", A_MINUTE_OF_A_CAUSE, 60),
            Bound("all", A_SECOND, 1),
        )
        if not self._trickle.lets(now, *bounds):
            return
        client = self._clients.find(error.facts.client_id) if error.facts.client_id is not None else None
        noted = Noted(
            reference=origin.request_id,
            refused_at=now,
            endpoint=endpoint,
            client_id=client.id if client is not None else None,
            code=error.code,
            public=without_secrets(error.public),
            because=because,
            facts=told(error.code, error.facts, client),
        )
        with self._database.transaction() as db:
            keep(db, noted)


def told(code: str, facts: Facts, client: Client | None) -> dict[str, Any]:
    """What is kept of the request, as JSON."""
    kept: dict[str, Any] = {"parameters": list(facts.parameters)}
    if facts.repeated:
        kept["repeated"] = list(facts.repeated)
    registered = RETURNS.get(code)
    if registered is not None and client is not None and facts.returns_to is not None:
        nearest, parts = differences(facts.returns_to, registered(client))
        kept |= {"sent": shown(facts.returns_to), "registered": nearest, "differs_in": list(parts)}
    return kept
