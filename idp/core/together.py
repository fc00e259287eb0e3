"""Small writes of many threads in one SQLite transaction: one wait for the disk instead of many (group commit).

Whoever comes first leads: it does the work of all who wait, each within a savepoint, and commits once. The others sleep
meanwhile, so that threads do not fight for the interpreter between two statements. Nobody goes on before its own work is on
the disk.
"""

from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from threading import Lock
from time import sleep
from typing import Any

from sqlalchemy import Connection

from idp.core.errors import Unavailable
from idp.core.turns import Turns, Writer

MOST_TOGETHER = 32
# Where the last transaction was shared, the next will be: a fraction of what the disk takes is well spent on waiting for it.
GATHERING_SECONDS = 0.0002
Work = Callable[[Connection], Any]


class _Job:
    """Work of one thread, with the context it was given in: the audit trail must name its own caller."""

    __slots__ = ("_context", "_work", "done", "error", "gate", "result")

    def __init__(self, work: Work) -> None:
        self._work = work
        self._context = copy_context()
        self.gate = Lock()
        self.gate.acquire()
        self.done = False
        self.result: Any = None
        self.error: Exception | None = None

    def attempt(self, writer: Writer) -> None:
        """Does the work, or leaves nothing of it. Raises only where nothing at all is left of the transaction."""
        writer.tell("SAVEPOINT job")
        try:
            self.result = self._context.run(self._work, writer.connection)
        except Exception as error:
            self.error = error
            if not writer.in_transaction:
                raise
            writer.tell("ROLLBACK TO job")
        writer.tell("RELEASE job")


class Together:
    """Runs work of this process's threads on the database of `turns`."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._lock = Lock()
        self._waiting: deque[_Job] = deque()
        self._led = False
        self._had_company = False

    def run(self, work: Work) -> Any:
        """What `work` returns, once it is committed; where it raises, it is undone alone.

        It may run in another thread, with the context of this one. Raises `Unavailable` where the commit failed.
        """
        job = _Job(work)
        with self._lock:
            self._waiting.append(job)
            leads = not self._led
            self._led = True
        if not leads:
            job.gate.acquire()  # opened when the work is done, or when it is this thread's turn to lead
        if not job.done:
            self._lead()
        if job.error is not None:
            raise job.error
        return job.result

    def _lead(self) -> None:
        if self._had_company:
            sleep(GATHERING_SECONDS)
        with self._lock:
            jobs = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
        self._had_company = len(jobs) > 1
        try:
            with self._turns.turn() as writer:
                for job in jobs:
                    job.attempt(writer)
        except BaseException as error:
            for job in jobs:
                job.error = job.error or _lost(error)
            if not isinstance(error, Exception):
                raise
        finally:
            self._hand_over()
            for job in jobs:
                job.done = True
                job.gate.release()

    def _hand_over(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting[0].gate.release()
            else:
                self._led = False


def _lost(error: BaseException) -> Unavailable:
    lost = Unavailable(f"what was written with others could not be committed: {error}")
    lost.__cause__ = error
    return lost
