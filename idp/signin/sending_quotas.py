"""How many codes are sent: to one subject, to one number or address, and for one source. Texts cost money (toll fraud)."""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from idp.core.throttle import Allowed, Slowed, Throttle, source_of
from idp.factors.sent_code import Place
from idp.subjects.names import name_key

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EACH = ((5, HOUR), (10, DAY))
NEW = ((3, DAY),)
# A source may be a whole office or a mobile network.
FROM_ONE_SOURCE = ((60, HOUR),)
# Of clicks that come together only one is counted as a code.
CLICK = timedelta(seconds=5)

Limit = tuple[str, str, int, timedelta]


@dataclass(frozen=True, slots=True)
class Used:
    """The quota `name` is used up; the next code is possible after `retry_after`."""

    name: str
    retry_after: timedelta


@dataclass(frozen=True, slots=True)
class Twice:
    """The same was asked for a moment ago."""


@dataclass(frozen=True, slots=True)
class SendQuotas:
    """Counts what is sent; `key` keeps numbers and addresses from being read from the store."""

    throttle: Throttle
    key: bytes

    def use(self, place: Place, address: str, source: str, *, confirmed: bool = True) -> Used | Twice | None:
        """Counts one code, unless a quota is used up. Raises `Unavailable` with the store: who cannot count sends nothing.

        An address that is not `confirmed` has a quota of its own, so that strangers who name it use up nothing of its owner's.
        """
        limits = self._limits(place, address, source, confirmed)
        # All are looked at before one is counted: what is not sent because of one must not use up the others.
        if used := _first_used(self.throttle.check, limits):
            return used
        if isinstance(self.throttle.tries(f"{place.kind}:click", place.interaction_id, 1, CLICK), Slowed):
            return Twice()
        return _first_used(self.throttle.tries, limits)

    def _limits(self, place: Place, address: str, source: str, confirmed: bool) -> list[Limit]:
        # A mailbox takes its address in any spelling.
        target = hmac.digest(self.key, name_key(address).encode(), "sha256").hex()
        return [
            *((f"{place.kind}:subject", place.subject_id, *limit) for limit in EACH),
            *((f"{place.kind}:{'target' if confirmed else 'new'}", target, *limit) for limit in (EACH if confirmed else NEW)),
            *(("code:source", source_of(source), *limit) for limit in FROM_ONE_SOURCE),
        ]


def _first_used(count: Callable[[str, str, int, timedelta], Allowed | Slowed], limits: Iterable[Limit]) -> Used | None:
    for name, who, most, window in limits:
        verdict = count(f"{name}:{int(window.total_seconds())}", who, most, window)
        if isinstance(verdict, Slowed):
            return Used(name.rpartition(":")[2], verdict.retry_after)
    return None
