"""Starting a program that tests need, waiting for it, ending it."""

import ctypes
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 60
PR_SET_PDEATHSIG = 1


def free_port() -> int:
    """A port that nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], *faults: type[Exception], pause: float = 0.02) -> None:
    """Asks `ready` every `pause` seconds until it is, forgiving `faults`; fails after a minute."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            if ready():
                return
        except faults:
            pass
        time.sleep(pause)
    raise TimeoutError("what was waited for did not happen")


def program(name: str) -> str:
    """Where the program is. A missing server is a failure, never a skipped test."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(debian[-1]) if debian else None)
    if found is None:
        raise FileNotFoundError(f"{name} is missing; install it with: apt-get install redis-server postgresql nginx")
    return found


@contextmanager
def started(command: list[str], log: Path) -> Iterator[None]:
    """A server of any kind for the length of the block."""
    process = serve(command, log)
    try:
        yield
    finally:
        end(process, signal.SIGTERM)


def serve(command: list[str], log: Path, owner: str | None = None) -> subprocess.Popen[bytes]:
    """Starts `command`, which writes to `log`; it ends with this process."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            user=owner,
            group=owner,
            extra_groups=None if owner is None else (),
            cwd=log.parent,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one call into the kernel, no lock taken
        )


def _die_with_parent() -> None:
    # A test run that is killed must not leave servers behind.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """Sends a signal, and waits until the process is gone."""
    process.send_signal(how)
    process.wait(PATIENCE_SECONDS)
