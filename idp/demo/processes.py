"""The processes of a demonstration: begun together, watched, and stopped together. None outlives this one."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

STOP_SECONDS = 5.0
POLL_SECONDS = 0.05
LAST_LINES = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One process: Python's arguments for it, and the port and path that answer 200 when it is up, if it listens."""

    name: str
    arguments: tuple[str, ...]
    port: int | None = None
    health: str = ""


@dataclass(frozen=True, slots=True)
class Died:
    """A process that ended by itself, and the last lines it wrote."""

    name: str
    code: int
    last_lines: tuple[str, ...]


@dataclass(slots=True)
class Processes:
    """Runs parts with `environment`, their output in `logs`; `in_child` is called in each before it begins."""

    environment: Mapping[str, str]
    logs: Path
    in_child: Callable[[], None]
    _running: dict[Part, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, part: Part) -> None:
        """Begins `part`, in a process group of its own, so that Ctrl-C reaches only us and we stop it in order."""
        with (self.logs / f"{part.name}.log").open("wb") as log:
            self._running[part] = subprocess.Popen(  # noqa: S603 - our own interpreter and our own modules
                [sys.executable, *part.arguments],
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=self.in_child,  # noqa: PLW1509 - a system call or two, before any thread is begun
            )

    def dead(self) -> Died | None:
        """A part that ended by itself; None while all run."""
        for part, process in self._running.items():
            code = process.poll()
            if code is not None:
                text = (self.logs / f"{part.name}.log").read_text("utf-8", "replace")
                return Died(part.name, code, tuple(text.splitlines()[-LAST_LINES:]))
        return None

    def wait_until_up(self, patience: float, stop: threading.Event) -> Died | str | None:
        """Waits until every part answers: None then, or when `stop` is set; else who died, or who did not answer."""
        until = time.monotonic() + patience
        waiting = [part for part in self._running if part.port is not None]
        while waiting and not stop.is_set():
            if died := self.dead():
                return died
            waiting = [part for part in waiting if not _is_up(part)]
            if waiting and time.monotonic() > until:
                return waiting[0].name
            stop.wait(POLL_SECONDS if waiting else 0)
        return None

    def stop(self) -> None:
        """Asks every part to end, waits at most 5 s, then kills what is left of them."""
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for process in self._running.values():
            _kill_group(process.pid)
        self._running.clear()


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return  # nobody of it was left


def _is_up(part: Part) -> bool:
    connection = HTTPConnection("127.0.0.1", part.port, timeout=2)
    try:
        connection.request("GET", part.health)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
