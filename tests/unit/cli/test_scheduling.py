"""A worker's threads take short turns."""

import os
import subprocess
import sys

SHOWS = """
import os, sys, threading
from idp.cli.scheduling import share_finely
share_finely()
inherited = []
thread = threading.Thread(target=lambda: inherited.append(os.sched_getscheduler(0)))
thread.start(); thread.join()
print(sys.getswitchinterval(), *inherited)
"""


def test_threads_begun_later_take_short_turns_too() -> None:
    told = subprocess.run([sys.executable, "-c", SHOWS], capture_output=True, text=True, check=True).stdout.split()
    assert told == ["0.001", str(os.SCHED_BATCH)]
