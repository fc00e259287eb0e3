"""How many passwords are hashed at once on this host.

Unbounded, a burst of sign-ins would take every core and starve the token endpoint. So at most `count` hashes run on the
host, counted by file locks that all workers share and that the kernel frees when a worker dies; few callers queue, the
rest are told to come back.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from idp.core.errors import Unavailable

POLL = 0.002
PATIENCE = timedelta(seconds=2)
QUEUE = 8


def slots_for(cores: int) -> int:
    """Hashes at once on a host: one core stays free for everything else."""
    return max(1, cores - 1)


class HashSlots:
    """`count` slots shared through lock files in `folder`; at most `queue` threads of this worker wait for one."""

    def __init__(self, folder: Path, count: int, queue: int = QUEUE, patience: timedelta = PATIENCE) -> None:
        self._files = [folder / f"hash-{number}.lock" for number in range(count)]
        self._inside = threading.BoundedSemaphore(count)
        self._present = threading.BoundedSemaphore(count + queue)
        self._patience = patience.total_seconds()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Holds a slot for the block. Raises `Unavailable` where the queue is full or a slot stays away too long."""
        if not self._present.acquire(blocking=False):
            raise Unavailable("too many passwords wait to be hashed")
        try:
            deadline = time.monotonic() + self._patience
            if not self._inside.acquire(timeout=self._patience):
                raise Unavailable("no slot to hash a password became free in time")
            try:
                held = self._lock(deadline)
                try:
                    yield
                finally:
                    os.close(held)
            finally:
                self._inside.release()
        finally:
            self._present.release()

    def _lock(self, deadline: float) -> int:
        while True:
            for file in self._files:
                held = _try_lock(file)
                if held is not None:
                    return held
            if time.monotonic() >= deadline:
                raise Unavailable("no slot to hash a password became free in time")
            time.sleep(POLL)


def _try_lock(file: Path) -> int | None:
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(f"the lock file {file} cannot be opened: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle
