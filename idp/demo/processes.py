"""The processes of a demonstration: begun together, watched, and stopped together. None outlives this one.

They are forks of this process rather than programs of their own: what is imported here is not imported five times over,
so that the demonstration is up in a few seconds.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from multiprocessing.process import BaseProcess
from pathlib import Path

STOP_SECONDS = 5.0
POLL_SECONDS = 0.05
LAST_LINES = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One process: what it runs, and the port and path that answer 200 when it is up, if it listens."""

    name: str
    run: Callable[[], object]
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
    _running: dict[Part, BaseProcess] = field(default_factory=dict)

    def start(self, part: Part) -> None:
        """Begins `part`. This process must have neither threads nor open connections at that moment."""
        process = multiprocessing.get_context("fork").Process(target=self._become, args=(part,), name=part.name)
        process.start()
        _own_group(process.pid or 0)
        self._running[part] = process

    def _become(self, part: Part) -> None:
        _own_group(0)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        self.in_child()
        log = os.open(self.logs / f"{part.name}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        for stream in (1, 2):
            os.dup2(log, stream)
        os.environ.clear()
        os.environ.update(self.environment)
        part.run()

    def dead(self) -> Died | None:
        """A part that ended by itself; None while all run."""
        for part, process in self._running.items():
            code = process.exitcode
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
            process.terminate()
        until = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            process.join(max(0.0, until - time.monotonic()))
            _kill_group(process)
            process.join()
        self._running.clear()


def _own_group(pid: int) -> None:
    # Ctrl-C reaches the first process alone, which stops the others in order. Parent and child both do this: whoever is
    # first, the group is there when the other goes on.
    with suppress(ProcessLookupError, PermissionError):
        os.setpgid(pid, pid)


def _kill_group(process: BaseProcess) -> None:
    process.kill()
    with suppress(ProcessLookupError):  # nobody of it was left
        os.killpg(process.pid or 0, signal.SIGKILL)


def _is_up(part: Part) -> bool:
    connection = HTTPConnection("127.0.0.1", part.port, timeout=2)
    try:
        connection.request("GET", part.health)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
