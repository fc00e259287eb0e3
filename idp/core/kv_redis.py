"""The KV in Redis, under keys that begin with `idp:`.

The server must not evict (`maxmemory-policy noeviction`): a forgotten `jti` could be replayed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from idp.core.errors import Misconfigured, Unavailable
from idp.core.kv import fits

PREFIX = "idp:"
TIMEOUT_SECONDS = 1.0
INCR = """
local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return sum
"""


class RedisKV:
    """A KV on the server at `url`. Values end by the server's clock."""

    def __init__(self, url: str, failed: Callable[[], None] = lambda: None) -> None:
        self._failed = failed
        try:
            # No retry: a command that timed out may have run, and a second `take` or `add` would tell the wrong story.
            self._redis = Redis.from_url(
                url,
                socket_timeout=TIMEOUT_SECONDS,
                socket_connect_timeout=TIMEOUT_SECONDS,
                retry=Retry(NoBackoff(), 0),
                decode_responses=False,
            )
        except ValueError as error:
            raise Misconfigured(f"IDP_KV_URL is not a Redis address: {error}") from error

    def set(self, key: str, value: bytes, ttl: timedelta) -> None:
        fits(value, ttl)
        with self._answering():
            _expect(self._redis.set(PREFIX + key, value, px=_ms(ttl)), True)

    def get(self, key: str) -> bytes | None:
        with self._answering():
            return _bytes(self._redis.get(PREFIX + key))

    def take(self, key: str) -> bytes | None:
        with self._answering():
            return _bytes(self._redis.getdel(PREFIX + key))

    def add(self, key: str, value: bytes, ttl: timedelta) -> bool:
        fits(value, ttl)
        with self._answering():
            return _expect(self._redis.set(PREFIX + key, value, px=_ms(ttl), nx=True), True, None) is True

    def incr(self, key: str, ttl: timedelta, by: int = 1) -> int:
        fits(b"", ttl)
        with self._answering():
            total: Any = self._redis.eval(INCR, 1, PREFIX + key, by, _ms(ttl))
            if type(total) is not int:
                raise TypeError("a counter is a number")
            return total

    def delete(self, key: str) -> None:
        with self._answering():
            _expect(self._redis.delete(PREFIX + key), 0, 1)

    def ping(self) -> None:
        with self._answering():
            _expect(self._redis.ping(), True)

    def version(self) -> tuple[str, str]:
        with self._answering():
            told: Any = self._redis.info("server")
            return "Redis", str(told["redis_version"])

    def purge(self, now: datetime) -> int:
        return 0

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            with _translated():
                yield
        except Unavailable:
            self._failed()
            raise


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise Unavailable(f"the KV server does not answer: {type(error).__name__}") from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise Unavailable(f"the KV server answers garbage: {type(error).__name__}") from error


def _bytes(answer: Any) -> bytes | None:
    if answer is None or type(answer) is bytes:
        return answer
    raise TypeError("a value is bytes")


def _expect(answer: Any, *allowed: Any) -> Any:
    if any(answer is one or (type(answer) is type(one) and answer == one) for one in allowed):
        return answer
    raise TypeError("not an answer to what was asked")


def _ms(ttl: timedelta) -> int:
    return max(1, int(ttl.total_seconds() * 1000))
