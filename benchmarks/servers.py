"""Starts what is measured, pinned to one core, and stops it again."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

START_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its origin, and the process that began it."""

    origin: str
    pid: int

    def worker_mib(self) -> float:
        """The proportional memory (PSS) of its largest worker, in MiB."""
        return max((_pss_mib(pid) for pid in _children(self.pid)), default=_pss_mib(self.pid))

    def cpu_seconds(self) -> float:
        """Processor time that it and its workers have used so far."""
        return sum(_cpu_seconds(pid) for pid in (self.pid, *_children(self.pid)))


def free_port() -> int:
    """A port of the loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str], *, port: int, ready: str, core: int, env: Mapping[str, str], log: Path) -> Iterator[Server]:
    """Runs `command` pinned to `core` until the block ends; enters it when `ready` on `port` answers 200.

    Raises `RuntimeError` with the last of its `log` where it does not come up within 20 seconds.
    """
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *command], env={**os.environ, **env}, stdout=out, stderr=out, start_new_session=True
        )
    try:
        _await_ready(process, port, ready, log)
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _await_ready(process: subprocess.Popen[bytes], port: int, ready: str, log: Path) -> None:
    last = time.monotonic() + START_WITHIN
    while time.monotonic() < last and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", ready, headers={"Host": f"localhost:{port}"})
            if connection.getresponse().status == 200:
                return
        except (OSError, HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(f"{process.args} did not come up:\n{log.read_text('utf-8', 'replace')[-2000:]}")


def _children(pid: int) -> list[int]:
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found + [grandchild for child in found for grandchild in _children(child)]


def _pss_mib(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024


def _cpu_seconds(pid: int) -> float:
    # proc(5): fields 14 and 15, counted after the name, which may hold spaces.
    spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")
