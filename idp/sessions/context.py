"""The authentication context of a session, and the context a request asks for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Weakest first; a higher level satisfies a lower one (docs/sign-in.md).
ACR_ORDER = ("pwd", "2sv", "mfa", "phr")
# Workers' clocks differ a little.
CLOCKS_DIFFER = timedelta(seconds=60)


def is_recent(at: datetime, max_age: timedelta, now: datetime) -> bool:
    """Whether `at` is at most `max_age` ago."""
    # A proof from the future is none: a clock that was set back must not make old proofs fresh.
    return -CLOCKS_DIFFER <= now - at <= max_age


@dataclass(frozen=True, slots=True)
class Requirement:
    """What is asked of a session.

    `acr_values`: any of these levels or a higher one will do, unknown ones count for nothing. `max_age`: no older than
    this. `renewed`: proven for this very request (prompt=login and max_age=0 ask for it, even after back or replay).
    """

    acr_values: tuple[str, ...] = ()
    max_age: timedelta | None = None
    renewed: bool = False

    @property
    def level(self) -> str | None:
        """The lowest level that satisfies `acr_values`; None where any will do."""
        known = [acr for acr in ACR_ORDER if acr in self.acr_values]
        return known[0] if known else None

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked but that somebody is signed in: no level above a password's, and no freshness."""
        return self.level in (None, "pwd") and self.max_age is None and not self.renewed


@dataclass(frozen=True, slots=True)
class Context:
    """How and when a session's subject was authenticated; `proofs` are the kinds of factor proven."""

    acr: str
    amr: tuple[str, ...]
    auth_time: datetime
    proofs: tuple[str, ...]
