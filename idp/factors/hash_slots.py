"""How many passwords are hashed at once on this host.

Unbounded, a burst of sign-ins would take every core and starve the token endpoint. So at most `count` hashes run on the
host, counted by file locks that all workers share and that the kernel frees when a worker dies; few callers queue, the
rest are told to come back. Hashes run on threads of their own, which step back a little before those that answer.
"""

import fcntl
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from idp.core.errors import Unavailable

Hashed = TypeVar("Hashed")

POLL = 0.001
PATIENCE = timedelta(seconds=6)
QUEUE = 8
# Of niceness (nice(2)), so that a token does not wait long for a sign-in. With one more, sign-ins that queue on a core full of
# tokens could outlast their patience (ADR 9).
STEP_BACK = 4


@dataclass(frozen=True, slots=True)
class Told:
    """Who hears how long the line is: `waits` by how many more stand in it, `refused` of each who is sent away."""

    waits: Callable[[int], None] = lambda _more: None
    refused: Callable[[], None] = lambda: None


def slots_for(cores: int) -> int:
    """Hashes at once on a host: one core stays free for everything else."""
    return max(1, cores - 1)


NOBODY = Told()


class HashSlots:
    """`count` slots shared through lock files in `folder`; at most `queue` threads of this worker wait for one."""

    def __init__(
        self, folder: Path, count: int, queue: int = QUEUE, patience: timedelta = PATIENCE, told: Told = NOBODY
    ) -> None:
        self._next = [folder / "hash-next.lock"]
        self._files = [folder / f"hash-{number}.lock" for number in range(count)]
        self._line = _Line(count, queue)
        self._patience = patience.total_seconds()
        self._told = told
        self._threads = ThreadPoolExecutor(count, "hash", initializer=_step_back)

    def run(self, hashing: Callable[[], Hashed]) -> Hashed:
        """What `hashing` returns, done while a slot is held. Raises what it raises, and `Unavailable` as `one` does."""
        with self.one():
            return self._threads.submit(hashing).result()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Holds a slot for the block. Raises `Unavailable` where the queue is full or a slot stays away too long."""
        held = self._turn()
        try:
            yield
        finally:
            os.close(held)
            self._line.leave()

    def _turn(self) -> int:
        deadline = time.monotonic() + self._patience
        self._told.waits(1)
        try:
            self._line.enter(self._patience)
            try:
                return self._slot(deadline)
            except BaseException:
                self._line.leave()
                raise
        except Unavailable:
            self._told.refused()
            raise
        finally:
            self._told.waits(-1)

    def _slot(self, deadline: float) -> int:
        # One caller on the host stands next in line. Without a line, the worker that frees a slot is always the first
        # to ask again, and another worker could wait for ever.
        head_of_line = _lock_one(self._next, deadline)
        try:
            return _lock_one(self._files, deadline)
        finally:
            os.close(head_of_line)


def _step_back() -> None:
    # A thread has a priority of its own on Linux alone; elsewhere the whole process would step back.
    if sys.platform == "linux":
        os.nice(STEP_BACK)


class _Line:
    """First come, first served among the threads of this worker. A semaphore would let the quickest push in."""

    def __init__(self, places: int, queue: int) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._most_waiting = queue
        self._waiting: deque[threading.Event] = deque()

    def enter(self, patience: float) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            if len(self._waiting) >= self._most_waiting:
                raise Unavailable("too many passwords wait to be hashed")
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(patience):
            return
        with self._lock:
            # The place may have been handed over in the very last moment.
            if not turn.is_set():
                self._waiting.remove(turn)
                raise _too_late()

    def leave(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1


def _lock_one(files: list[Path], deadline: float) -> int:
    while True:
        for file in files:
            held = _try_lock(file)
            if held is not None:
                return held
        if time.monotonic() >= deadline:
            raise _too_late()
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


def _too_late() -> Unavailable:
    return Unavailable("no slot to hash a password became free in time")
