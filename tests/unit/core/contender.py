"""One of several processes that want the same keys: `python -m tests.unit.core.contender URL` prints what it got."""

import sys
from datetime import timedelta

from idp.core.clock import SystemClock
from idp.core.kv import open_kv

TTL = timedelta(minutes=5)
KEYS = 200


def contend(url: str) -> tuple[int, int]:
    """How many of 200 values it took and of 200 keys it added; it counts as it goes."""
    kv = open_kv(url, SystemClock())
    taken = added = 0
    for number in range(KEYS):
        taken += kv.take(f"take{number}") is not None
        added += kv.add(f"add{number}", b"v", TTL)
        kv.incr("count", TTL)
    return taken, added


if __name__ == "__main__":
    print(*contend(sys.argv[1]))
