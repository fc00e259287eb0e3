"""Slows a source that tries too much. Who is slowed learns when to come back; nobody is locked out."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from idp.core.clock import Clock
from idp.core.errors import TooMany
from idp.core.kv import KV
from idp.core.origin import current_origin


@dataclass(frozen=True, slots=True)
class Allowed:
    """Go on."""


@dataclass(frozen=True, slots=True)
class Slowed:
    """Too many; the next try is possible after `retry_after`, in whole seconds."""

    retry_after: timedelta


def source_of(address: str) -> str:
    """What counts as one source: an IPv4 address, or an IPv6 /64, which is one customer line (RFC 6177).

    Whatever is no address shares the source `unknown`.
    """
    parsed = _parsed(address)
    match parsed:
        case None:
            return "unknown"
        case IPv4Address():
            return str(parsed)
        case IPv6Address():
            return str(IPv6Network((parsed, 64), strict=False))


def network_of(address: str) -> str:
    """The IPv6 /48 around an address: whoever has it has 65,536 sources (RFC 6177). Empty for what is no IPv6 address."""
    parsed = _parsed(address)
    return str(IPv6Network((parsed, 48), strict=False)) if isinstance(parsed, IPv6Address) else ""


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed


class Throttle:
    """Counts per source in a sliding window: this window's count, and the last one's by the part that still overlaps.

    Raises `Unavailable` with its store: who cannot count must not let pass.
    """

    def __init__(self, kv: KV, clock: Clock) -> None:
        self._kv = kv
        self._clock = clock

    def tries(self, name: str, source: str, limit: int, window: timedelta) -> Allowed | Slowed:
        """Counts a try, unless it is over `limit`, and says so. Of racing tries no more than `limit` are allowed."""
        before, elapsed = self._before(name, source, window)
        others = self._count(name, source, window) - 1
        verdict = _judge(before, others, elapsed, limit, window)
        if isinstance(verdict, Slowed):
            self._count(name, source, window, -1)  # whoever hammers on must not keep the door shut for everyone there
        return verdict

    def give_back(self, name: str, source: str, window: timedelta) -> None:
        """Takes back a try that came to nothing by no fault of its source."""
        if self._count(name, source, window, -1) < 0:
            self._count(name, source, window)  # it was counted in the window before

    def check(self, name: str, source: str, limit: int, window: timedelta) -> Allowed | Slowed:
        """Says whether another try is within `limit` failures, counting nothing."""
        before, elapsed = self._before(name, source, window)
        return _judge(before, self._read(name, source, window, 0), elapsed, limit, window)

    def failed(self, name: str, source: str, window: timedelta) -> None:
        """Counts a failure for `check`."""
        self._count(name, source, window)

    def count(self, name: str, source: str, window: timedelta) -> float:
        """How many failures there were in a window that ends now; the last one's count by the part that overlaps."""
        before, elapsed = self._before(name, source, window)
        return before * (1 - elapsed) + self._read(name, source, window, 0)

    def first(self, name: str, source: str, window: timedelta) -> bool:
        """True for exactly one of many callers, until `window` is over."""
        return self._kv.add(f"throttle:first:{name}:{source}", b"1", window)

    def announced(self, name: str, source: str, pause: timedelta, comes_back: timedelta) -> Allowed | Slowed:
        """Slows a call by `pause`, and allows one that comes after it, within `comes_back`; the next is slowed again."""
        key, now = f"throttle:announced:{name}:{source}", self._clock.now()
        due = self._kv.get(key)
        if due is not None and (left := datetime.fromisoformat(due.decode()) - now) > timedelta(0):
            return Slowed(_whole_seconds(left))
        # Of many that come at once one takes it; and never one that was only just announced.
        taken = self._kv.take(key) if due is not None else None
        if taken is not None and datetime.fromisoformat(taken.decode()) <= now:
            return Allowed()
        self._kv.add(key, (now + pause).isoformat().encode(), pause + comes_back)
        return Slowed(_whole_seconds(pause))

    def _before(self, name: str, source: str, window: timedelta) -> tuple[int, float]:
        elapsed = (self._clock.now().timestamp() / window.total_seconds()) % 1
        return self._read(name, source, window, 1), elapsed

    def _count(self, name: str, source: str, window: timedelta, by: int = 1) -> int:
        return self._kv.incr(self._key(name, source, window, 0), 2 * window, by)

    def _read(self, name: str, source: str, window: timedelta, ago: int) -> int:
        return int(self._kv.get(self._key(name, source, window, ago)) or 0)

    def _key(self, name: str, source: str, window: timedelta, ago: int) -> str:
        number = int(self._clock.now().timestamp() // window.total_seconds()) - ago
        return f"throttle:{name}:{source}:{number}"


@dataclass(frozen=True, slots=True)
class Quota:
    """How often somebody may do something that costs us memory: the source of a call, or whoever is named."""

    throttle: Throttle
    name: str
    most: int
    window: timedelta

    def use(self, whom: str | None = None) -> None:
        """Counts once for `whom`, or else for the source of the call under way.

        Raises `TooMany` (429) beyond `most`, `Unavailable` with the store.
        """
        counted = whom or source_of(current_origin().address)
        verdict = self.throttle.tries(self.name, counted, self.most, self.window)
        if isinstance(verdict, Slowed):
            raise TooMany(f"{counted} is over its quota: {self.name}", int(verdict.retry_after.total_seconds()))


def _whole_seconds(time: timedelta) -> timedelta:
    return timedelta(seconds=math.ceil(time.total_seconds()))


def _judge(before: int, now: int, elapsed: float, limit: int, window: timedelta) -> Allowed | Slowed:
    if before * (1 - elapsed) + now < limit:
        return Allowed()
    wait = _shrinking(before, limit - now) - elapsed if now < limit else 1 - elapsed + _shrinking(now, limit)
    return Slowed(timedelta(seconds=math.ceil(wait * window.total_seconds()) + 1))


def _shrinking(count: int, room: int) -> float:
    """The part of a window after which the share of the last window's `count` is no more than `room`."""
    return max(0.0, 1 - room / count)
