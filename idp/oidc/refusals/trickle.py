"""Lets a little through: of a flood a sample is enough."""

from collections import Counter
from datetime import datetime
from threading import Lock
from typing import NamedTuple


class Bound(NamedTuple):
    """At most so many of `what` in one window of so many seconds."""

    what: str
    most: int
    seconds: int


class Trickle:
    """Counts in this process's memory: it costs a refused request next to nothing, and cannot fail."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[str, int, int]] = Counter()
        self._until = 0
        self._lock = Lock()

    def lets(self, now: datetime, *bounds: Bound) -> bool:
        """Whether one more is within every one of `bounds`; it counts only where it is."""
        moment = int(now.timestamp())
        keys = [(bound.what, bound.seconds, moment // bound.seconds) for bound in bounds]
        with self._lock:
            if not 0 <= self._until - moment <= 60:
                # What is over is forgotten once a minute: as much is remembered as a minute lets through.
                self._counted = Counter({k: n for k, n in self._counted.items() if k[2] == moment // k[1]})
                self._until = moment + 60
            if any(self._counted[key] >= bound.most for key, bound in zip(keys, bounds, strict=True)):
                return False
            self._counted.update(keys)
            return True
