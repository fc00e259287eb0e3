"""How the threads of a worker share a core and the interpreter, so that a token does not wait long for a sign-in (Linux)."""

import ctypes
import os
import platform
import struct
import sys
from contextlib import suppress

# Seconds a thread keeps the interpreter while another waits; Python's own 5 ms are longer than most answers take.
SWITCH_SECONDS = 0.001
# Nanoseconds a thread keeps the core while another waits: a password hash would keep it for the kernel's usual 3 ms.
SLICE_NANOSECONDS = 100_000
# Python has no name for it, nor had the C library until 2025.
SCHED_SETATTR = {"x86_64": 314, "aarch64": 274}


def share_finely() -> None:
    """From here on the threads of this process take short turns; those begun later inherit it.

    A thread that wakes does not interrupt the running one (SCHED_BATCH, sched(7)): most wake to ask for the interpreter, which
    that one holds. Short slices need Linux 6.12. Where the kernel refuses, everything goes on as before.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    with suppress(OSError, AttributeError):
        if os.sched_getscheduler(0) != os.SCHED_OTHER:
            return  # whoever runs this has decided otherwise
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        _take_slices_of(SLICE_NANOSECONDS)


def _take_slices_of(nanoseconds: int) -> None:
    number = SCHED_SETATTR.get(platform.machine())
    if number is not None:
        # struct sched_attr (sched_setattr(2)): size, policy, flags, nice, priority, runtime, deadline, period.
        wanted = struct.pack("=IIQiIQQQ", 48, os.SCHED_BATCH, 0, os.getpriority(os.PRIO_PROCESS, 0), 0, nanoseconds, 0, 0)
        ctypes.CDLL(None).syscall(number, 0, wanted, 0)
