"""Events of dynamic registration and of the admin API."""

from dataclasses import dataclass

from idp.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialAccessTokenMade(Event):
    """From now on whoever holds the token `token_id` may register clients, `uses` of them."""

    token_id: str = ""
    uses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialAccessTokenUsed(Event):
    """A client was registered with the token `token_id`."""

    token_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialAccessTokenRevoked(Event):
    """No client can be registered with the token `token_id` any more."""

    token_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectLookedUp(Event):
    """The admin API was asked for a customer `by` an exact name, which is not kept; `found` says whether there is one."""

    by: str = ""
    found: bool = False
