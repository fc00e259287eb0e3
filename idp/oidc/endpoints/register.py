"""Dynamic client registration (RFC 7591 3, OpenID Connect Registration 3) and its management (RFC 7592 2)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from idp.core.errors import OAuthError
from idp.core.origin import current_origin
from idp.core.throttle import Allowed, Throttle, network_of, source_of
from idp.oidc.metadata import REGISTER
from idp.oidc.registration import Registration
from idp.oidc.registration_errors import BAD_METADATA
from idp.web.bearer import bearer_of
from idp.web.call import Answer, Call, json_answer
from idp.web.direct import DirectRoute
from idp.web.json_body import Unreadable, read_object
from idp.web.routes import Guard

# A conformance suite registers a client for each of its modules.
MOST_CALLS, WINDOW = 120, timedelta(minutes=5)
# Whoever needs no token fills our tables for good: so many of one network, and so many of all together.
MOST_FREE, MOST_FREE_OF_ALL, FREE_WINDOW = 60, 600, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Register:
    """POST /register; GET, PUT and DELETE of /register/<client_id>."""

    registration: Registration
    throttle: Throttle

    def routes(self) -> tuple[DirectRoute, ...]:
        """The address to register at, and one for each client that did."""
        return (
            DirectRoute(REGISTER, self.register, ("POST",), Guard.PROTOCOL),
            DirectRoute(REGISTER + "/{client_id}", self.manage, ("GET", "PUT", "DELETE"), Guard.PROTOCOL),
        )

    def register(self, call: Call) -> Answer:
        """201 with the client, its secret and its registration access token."""
        token = bearer_of(call)
        address = current_origin().address
        source, network = source_of(address), network_of(address) or source_of(address)
        if slowed := self._slowed("register", source, MOST_CALLS, WINDOW):
            return slowed
        if token is None and self.registration.door.open and (slowed := self._slowed_freely(network)):
            return slowed
        terms = self.registration.terms(token)
        return json_answer(self.registration.register(terms, _metadata(call), token), 201)

    def manage(self, call: Call) -> Answer:
        """What RFC 7592 has a client do with itself."""
        if slowed := self._slowed("manage", source_of(current_origin().address), MOST_CALLS, WINDOW):
            return slowed
        token = bearer_of(call)
        done: dict[str, Callable[[], dict[str, Any] | None]] = {
            "PUT": lambda: self.registration.change(call.named["client_id"], _metadata(call), token),
            "DELETE": lambda: self.registration.delete(call.named["client_id"], token),
        }
        told = done.get(call.method, lambda: self.registration.read(call.named["client_id"], token))()
        return Answer(status=204) if told is None else json_answer(told)

    def _slowed_freely(self, network: str) -> Answer | None:
        limits = ((network, MOST_FREE), ("all", MOST_FREE_OF_ALL))
        return next(filter(None, (self._slowed("register freely", who, most, FREE_WINDOW) for who, most in limits)), None)

    def _slowed(self, name: str, source: str, most: int, window: timedelta) -> Answer | None:
        verdict = self.throttle.tries(name, source, most, window)
        if isinstance(verdict, Allowed):
            return None
        wait = (("Retry-After", str(int(verdict.retry_after.total_seconds()))),)
        return json_answer({"error": "temporarily_unavailable", "error_description": "Too many requests"}, 429, wait)


def _metadata(call: Call) -> dict[str, Any]:
    try:
        return read_object(call)
    except Unreadable as error:
        raise OAuthError(BAD_METADATA, str(error)) from error
