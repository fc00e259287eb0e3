"""How the kernel shares a core between the threads of a worker (Linux)."""

import os
from contextlib import suppress


def let_threads_finish() -> None:
    """From here on a thread that wakes waits until the running one pauses, instead of interrupting it (SCHED_BATCH, sched(7)).

    Most threads wake to ask for the interpreter, which the running one holds: interrupting it only costs. Threads begun
    later inherit this. Where the kernel refuses, everything goes on as before.
    """
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
