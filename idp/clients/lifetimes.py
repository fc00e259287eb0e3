"""How long a client's tokens last: a client may have less than everybody, and never more."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from idp.clients.faults import Fault
from idp.clients.metadata import ClientMetadata
from idp.settings import Settings

ACCESS, REFRESH, IDLE = "access_token_lifetime", "refresh_token_lifetime", "refresh_token_idle_lifetime"
Longest = Mapping[str, int]


def longest_of(settings: Settings) -> Longest:
    """What everybody has, in seconds, by the name of the metadata."""
    refresh = max(settings.session_absolute, settings.offline_absolute)
    whole = {ACCESS: settings.access_token_lifetime, REFRESH: refresh, IDLE: max(settings.session_idle, settings.offline_idle)}
    return {name: int(lasts.total_seconds()) for name, lasts in whole.items()}


def lifetime_faults(meta: ClientMetadata, longest: Longest) -> Iterator[Fault]:
    """What is wrong with the lifetimes that `meta` asks for."""
    for name, most in longest.items():
        wanted = getattr(meta, name)
        if wanted is not None and wanted > most:
            yield Fault((name,), f"must be at most {most}, which is what everybody has; leave it out to have that")
    access = meta.access_token_lifetime or longest.get(ACCESS, 0)
    for name in (REFRESH, IDLE):
        wanted = getattr(meta, name)
        if wanted is None:
            continue
        if "refresh_token" not in meta.grant_types:
            yield Fault((name,), "is for the refresh_token grant, which the client does not have")
        elif wanted < access:
            # It would have to refresh while its access token is still good, or could not at all.
            yield Fault((name,), f"must be at least {access}: as long as its access tokens last")


def shorter(wanted: timedelta | None, everybody: timedelta) -> timedelta:
    """What a client has that asks for `wanted`, whatever the provider's settings have become since."""
    return everybody if wanted is None else min(wanted, everybody)
