"""The authentication context of a session, and the context a request asks for."""

from dataclasses import dataclass, replace
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

    `acr_values`: the most wanted level first; any of them or a higher one will do, unknown ones count for nothing.
    `max_age`: no older than this. `renewed`: proven for this very request (prompt=login and max_age=0 ask for it, even
    after back or replay).
    """

    acr_values: tuple[str, ...] = ()
    max_age: timedelta | None = None
    renewed: bool = False

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels we know of `acr_values`, the most wanted first."""
        return tuple(acr for acr in self.acr_values if acr in ACR_ORDER)

    @property
    def level(self) -> str | None:
        """The lowest level that satisfies `acr_values`; None where any will do."""
        return min(self.levels, key=ACR_ORDER.index, default=None)

    @property
    def least(self) -> "Requirement":
        """The same without preference: what is asked of whoever shows no page, or said no to more."""
        return replace(self, acr_values=(self.level,) if self.level else ())

    @property
    def is_step_up(self) -> bool:
        """Whether the level that is most wanted is above a password's."""
        return self.levels[:1] not in ((), ("pwd",))

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked but that somebody is signed in: no level above a password's, and no freshness."""
        return not self.is_step_up and self.max_age is None and not self.renewed


@dataclass(frozen=True, slots=True)
class Context:
    """How and when a session's subject was authenticated; `proofs` are the kinds of factor proven."""

    acr: str
    amr: tuple[str, ...]
    auth_time: datetime
    proofs: tuple[str, ...]
