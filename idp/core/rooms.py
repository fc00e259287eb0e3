"""How many threads of this process may wait for the servers of others: some, so that those that hang do not hold all."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Rooms:
    """Rooms for `most` threads at once, and for `of_one` of them that wait for the same party."""

    def __init__(self, most: int, of_one: int) -> None:
        self._most = most
        self._of_one = of_one
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def room(self, whom: str) -> Iterator[bool]:
        """For the length of the block, a room to wait for `whom` in; False where all are taken. Nobody waits for a room."""
        found = self._take(whom)
        try:
            yield found
        finally:
            if found:
                self._leave(whom)

    def _take(self, whom: str) -> bool:
        with self._lock:
            if self._taken.total() >= self._most or self._taken[whom] >= self._of_one:
                return False
            self._taken[whom] += 1
            return True

    def _leave(self, whom: str) -> None:
        with self._lock:
            self._taken[whom] -= 1
            if not self._taken[whom]:
                del self._taken[whom]  # whoever once was waited for is not counted for good
