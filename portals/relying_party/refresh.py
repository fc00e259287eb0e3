"""Single-flight refresh: of all requests of one session, in any thread or process, one refreshes and the rest wait."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from portals.clock import Clock
from portals.relying_party.client import ProviderRefused, ProviderUnreachable
from portals.relying_party.sessions import Session, Sessions, Tokens

# Renewed a little early, so that a token does not end on its way to the API.
EARLY = 20.0
# Longer than the refresh call can take; a process that dies in the middle blocks the session no longer than this.
LEASE = timedelta(seconds=15)
PAUSE = 0.025
LONGEST_WAIT = 8.0


@dataclass(frozen=True, slots=True)
class Fresh:
    """An access token to use now."""

    access_token: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The session is over: the provider refused, or somebody ended it."""


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The provider could not be asked; the session stays."""


@dataclass(frozen=True, slots=True)
class Refresher:
    """Hands out access tokens. `refresh` exchanges a refresh token and `sleep` takes seconds."""

    sessions: Sessions
    refresh: Callable[[str], Tokens]
    clock: Clock
    sleep: Callable[[float], None]

    def access_token(self, session: Session, rejected: str | None = None) -> Fresh | Ended | Unreachable:
        """Return a live access token of `session`, refreshed if need be; never the one just `rejected` by the API."""
        for _ in range(int(LONGEST_WAIT / PAUSE)):
            current = self.sessions.reload(session.digest)
            if current is None:
                return Ended()
            tokens, now = current.tokens, self.clock()
            if tokens.access_token != rejected and tokens.expires_at > now.timestamp() + EARLY:
                return Fresh(tokens.access_token)
            if tokens.refresh_token is None:
                self.sessions.end(current.digest)
                return Ended()
            if self.sessions.lease(current, now, LEASE):
                return self._lead(current, tokens.refresh_token)
            self.sleep(PAUSE)
        return Unreachable()

    def _lead(self, session: Session, refresh_token: str) -> Fresh | Ended | Unreachable:
        try:
            tokens = self.refresh(refresh_token)
        except ProviderRefused:
            self.sessions.end(session.digest)
            return Ended()
        except ProviderUnreachable:
            self.sessions.release(session)
            return Unreachable()
        self.sessions.renew(session, tokens)
        return Fresh(tokens.access_token)
