"""The store for what is brief: parked interactions, attempts, challenges, used `jti`s, throttle windows.

Losing it means "start again", never "get in". Two backends keep one contract: an SQLite file of its own, and Redis.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import unquote, urlsplit

from idp.core.clock import Clock
from idp.core.errors import Misconfigured

# A logo of 64 KiB (P2), and what stands in front of it.
LARGEST = 65 * 1024
EPOCH_KEY = "epoch"
EPOCH_TTL = timedelta(days=3650)


class KV(Protocol):
    """Values with an end. Each operation is atomic across threads and processes.

    A key holds either a value or a counter. Every fault, an answer that makes no sense included, is `Unavailable`;
    a value of more than 64 KiB or a `ttl` that is not positive is a ValueError.
    """

    def set(self, key: str, value: bytes, ttl: timedelta) -> None:
        """Stores `value` for `ttl`, whatever was there."""

    def get(self, key: str) -> bytes | None:
        """The live value, or None."""

    def take(self, key: str) -> bytes | None:
        """The live value, which is gone afterwards: of many takers one gets it."""

    def add(self, key: str, value: bytes, ttl: timedelta) -> bool:
        """Stores `value` unless a live one is there; True when it was stored."""

    def incr(self, key: str, ttl: timedelta, by: int = 1) -> int:
        """Counts up and returns the sum. The window of `ttl` starts with the first count and is not prolonged."""

    def delete(self, key: str) -> None:
        """Forgets the key, if it is there."""

    def ping(self) -> None:
        """Raises `Unavailable` unless the store answers."""

    def version(self) -> tuple[str, str]:
        """Which store it is, and which version of it."""

    def purge(self, now: datetime) -> int:
        """Removes what ended before `now` and says how many; a store that does so by itself returns 0."""


def open_kv(url: str, clock: Clock, failed: Callable[[], None] = lambda: None) -> KV:
    """The store at `sqlite:////absolute/path`, `redis://`, `rediss://` or `unix://`; it connects at first use.

    The SQLite backend ends values by `clock`, Redis by its own. `failed` is called whenever the store does not answer. Raises
    `Misconfigured` for any other address.
    """
    from idp.core.kv_redis import RedisKV
    from idp.core.kv_sqlite import SqliteKV

    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and parts.path.startswith("//"):
        return SqliteKV(unquote(parts.path[1:]), clock, failed)
    if parts.scheme in {"redis", "rediss", "unix"}:
        return RedisKV(url, failed)
    raise Misconfigured("IDP_KV_URL must be sqlite:////absolute/path, redis://…, rediss://… or unix://…")


def fits(value: bytes, ttl: timedelta) -> None:
    """Raises ValueError where `value` is over 64 KiB or `ttl` is not positive."""
    if len(value) > LARGEST:
        raise ValueError(f"a value of {len(value)} bytes is too large for the KV")
    if ttl <= timedelta(0):
        raise ValueError("a value needs a time to live")


def epoch(kv: KV, clock: Clock) -> datetime:
    """Since when this store remembers. Assertions and proofs issued earlier must be refused.

    A store that lost its memory lost the used `jti`s with it: it gets a new epoch, so that nothing of before replays. Read
    it after the `add` of a `jti`, not before: the memory may be lost in between. Raises `Unavailable`.
    """
    stored = kv.get(EPOCH_KEY)
    if stored is None:
        now = clock.now().isoformat().encode()
        kv.add(EPOCH_KEY, now, EPOCH_TTL)
        stored = kv.get(EPOCH_KEY) or now
    return datetime.fromisoformat(stored.decode()).astimezone(UTC)
