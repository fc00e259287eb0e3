"""Small writes of many threads in one SQLite transaction: one wait for the disk instead of many (group commit).

Whoever comes first leads: it does the work of all who wait, and commits once; then it makes of each result what is made of
it, while the next one leads. The others sleep meanwhile, so that threads do not fight for the interpreter, and go on together.
Nobody goes on before its own work is on the disk. Where one of them fails, all is undone and done once more, each within a
savepoint: refusals are values, so that is rare, and savepoints for all would cost each a copy of every page it changes.
"""

from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from threading import Event, Lock, get_ident
from typing import Any

from sqlalchemy import Connection

from idp.core.errors import Unavailable
from idp.core.turns import PATIENCE_SECONDS, Turns, Writer

# Where the last transaction was shared, the next will be. A fraction of what the disk takes is well spent on waiting for
# others, and once more as long as that brings some: fewer commits cost a busy core a sixth less for each exchange. Once every
# thread is here, nobody else can come.
GATHERING_SECONDS = 0.0004
GATHERINGS = 4
MOST_TOGETHER = 32
Work = Callable[[Connection], Any]
Then = Callable[[Any], Any]


class _Job:
    """Work of one thread, with the context it was given in: the audit trail must name its own caller."""

    __slots__ = ("_context", "_then", "_work", "done", "error", "gate", "result")

    def __init__(self, work: Work, then: Then) -> None:
        self._work = work
        self._then = then
        self._context = copy_context()
        self.gate = Lock()
        self.gate.acquire()
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None

    def do(self, writer: Writer) -> None:
        """Does the work. Raises what it raises."""
        self.result = self._context.run(self._work, writer.connection)

    def attempt(self, writer: Writer) -> None:
        """Does the work, or leaves nothing of it. Raises only where nothing at all is left of the transaction."""
        writer.tell("SAVEPOINT job")
        try:
            self.do(writer)
        except Exception as error:
            self.error = error
            if not writer.in_transaction:
                raise
            writer.tell("ROLLBACK TO job")
        writer.tell("RELEASE job")

    def finish(self) -> None:
        """What follows, once the work is on the disk."""
        try:
            if self.error is None:
                self.result = self._context.run(self._then, self.result)
        except BaseException as error:  # it is the waiting thread's to deal with, and others still wait for theirs
            self.error = error
        self.done = True


class Together:
    """Runs work of this process, which has so many `threads`, on the database of `turns`."""

    def __init__(self, turns: Turns, threads: int, patience: float = PATIENCE_SECONDS) -> None:
        self._turns = turns
        self._most = min(threads, MOST_TOGETHER)
        self._patience = patience
        self._leader: int | None = None
        self._lock = Lock()
        self._waiting: deque[_Job] = deque()
        self._led = False
        self._had_company = False
        self._all_here = Event()

    def run(self, work: Work, then: Then = lambda result: result) -> Any:
        """What `then` makes of what `work` returns, once that is committed; where `work` raises, it is undone alone.

        Both may run in another thread, with the context of this one. Where any of the work that shares a commit fails, all of
        it is undone and runs once more, so `work` must change nothing but the database. Raises `Unavailable` where the commit
        failed, or where nobody came to it in time.
        """
        if self._leader == get_ident():
            raise RuntimeError("work must write through the connection it is given")
        job = _Job(work, then)
        with self._lock:
            if len(self._waiting) + 1 >= self._most:
                self._all_here.set()  # whoever it wakes waits for the lock
            self._waiting.append(job)
            leads = not self._led
            self._led = True
        if not leads:
            self._wait(job)
        if not job.done:
            try:
                self._lead()
            except BaseException:
                self._withdraw(job)
                raise
        if job.error is not None:
            raise job.error
        return job.result

    def _wait(self, job: _Job) -> None:
        """Until the work is done, or it is this thread's turn to lead."""
        try:
            in_time = job.gate.acquire(timeout=self._patience)
        except BaseException:
            self._withdraw(job)
            raise
        if in_time:
            return
        if self._withdraw(job):
            raise Unavailable("too many threads wait to write")
        job.gate.acquire()  # somebody is at it, and it may be on the disk already

    def _withdraw(self, job: _Job) -> bool:
        """Takes back a job that nobody has begun; False where somebody has."""
        with self._lock:
            if job not in self._waiting:
                return False
            was_to_lead = job.gate.acquire(blocking=False)
            self._waiting.remove(job)
            if was_to_lead:
                self._appoint()
            return True

    def _lead(self) -> None:
        jobs: list[_Job] = []
        try:
            self._leader = get_ident()
            if self._had_company:
                self._gather()
            with self._lock:
                jobs += [self._waiting.popleft() for _ in range(min(len(self._waiting), self._most))]
            self._had_company = len(jobs) > 1
            with self._turns.turn() as writer:
                if not _all_done(jobs, writer):
                    writer.tell("ROLLBACK")
                    writer.tell("BEGIN IMMEDIATE")
                    for job in jobs:
                        job.attempt(writer)
        except BaseException as error:
            for job in jobs:
                job.error = job.error or _lost(error)
            if not jobs or not isinstance(error, Exception):
                raise
        finally:
            self._leader = None
            with self._lock:
                self._appoint()
            for job in jobs:
                job.finish()
            # All at once: one that went on earlier would take the interpreter from those whose turn is still to come.
            for job in jobs:
                job.gate.release()

    def _gather(self) -> None:
        """Waits for others, in small steps, for as long as each step brings somebody and room is left."""
        for _ in range(GATHERINGS):
            self._all_here.clear()
            here = len(self._waiting)
            if here >= self._most or self._all_here.wait(GATHERING_SECONDS) or len(self._waiting) == here:
                return

    def _appoint(self) -> None:
        if self._waiting:
            self._waiting[0].gate.release()
        else:
            self._led = False


def _all_done(jobs: list[_Job], writer: Writer) -> bool:
    """Does the work of all; False where one failed. Raises only where nothing at all is left of the transaction."""
    for job in jobs:
        try:
            job.do(writer)
        except Exception as error:
            if not writer.in_transaction:
                job.error = error
                raise
            return False
    return True


def _lost(error: BaseException) -> Unavailable:
    lost = Unavailable(f"what was written with others could not be committed: {type(error).__name__}")
    lost.__cause__ = error
    return lost
