"""How the threads of a worker share a core and the interpreter, so that a token does not wait long for a sign-in (Linux)."""

import ctypes
import os
import platform
import struct
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Seconds a thread keeps the interpreter while another waits; Python's own 5 ms are longer than most answers take.
SWITCH_SECONDS = 0.001
# Nanoseconds after which a thread may lose the core to another, whenever the kernel looks: its usual 3 ms are ten tokens long.
SLICE_NANOSECONDS = 100_000
# Python has no name for it, nor had the C library until 2025.
SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}


def share_finely() -> None:
    """From here on the threads of this process take short turns; those begun later inherit it.

    Short slices need Linux 6.12. Where the kernel refuses, everything goes on as before.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    _take_short_turns("SCHED_OTHER")


def without_interrupting(application: "WSGIApplication") -> "WSGIApplication":
    """`application`, answered by threads that do not interrupt the running one when they wake (SCHED_BATCH, sched(7)).

    Most wake to ask for the interpreter, which that one holds. The thread that takes the requests in is not among them: a
    password hash, which needs no interpreter, is interrupted by it.
    """
    here = threading.local()

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not hasattr(here, "is_patient"):
            here.is_patient = True
            _take_short_turns("SCHED_BATCH")
        return application(environ, start_response)

    return answer


def _take_short_turns(policy: str) -> None:
    with suppress(OSError, AttributeError):
        if os.sched_getscheduler(0) != os.SCHED_OTHER:
            return  # whoever runs this has decided otherwise
        number = getattr(os, policy)
        os.sched_setscheduler(0, number, os.sched_param(0))
        _take_slices_of(SLICE_NANOSECONDS, number)


def _take_slices_of(nanoseconds: int, policy: int) -> None:
    number = SCHED_SETATTR.get(platform.machine())
    if number is not None:
        # struct sched_attr (sched_setattr(2)): size, policy, flags, nice, priority, runtime, deadline, period.
        wanted = struct.pack("=IIQiIQQQ", 48, policy, 0, os.getpriority(os.PRIO_PROCESS, 0), 0, nanoseconds, 0, 0)
        ctypes.CDLL(None).syscall(number, 0, wanted, 0)
