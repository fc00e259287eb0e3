"""A worker's threads take short turns, and those that answer interrupt nobody."""

import os
import subprocess
import sys

SHOWS = """
import os, sys, threading
from idp.cli.scheduling import share_finely, without_interrupting
share_finely()
told = []
answer = without_interrupting(lambda environ, start_response: told.append(os.sched_getscheduler(0)) or ())
for work in (lambda: answer({}, None), lambda: told.append(os.sched_getscheduler(0))):
    thread = threading.Thread(target=work)
    thread.start(); thread.join()
print(sys.getswitchinterval(), *told)
"""


def _shown(*before: str) -> list[str]:
    command = [*before, sys.executable, "-c", SHOWS]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_threads_that_answer_interrupt_nobody_and_others_may() -> None:
    assert _shown() == ["0.001", str(os.SCHED_BATCH), str(os.SCHED_OTHER)]


def test_whoever_runs_a_worker_otherwise_is_left_to_it() -> None:
    assert _shown("chrt", "--idle", "0") == ["0.001", str(os.SCHED_IDLE), str(os.SCHED_IDLE)]
