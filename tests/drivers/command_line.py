"""The command line as an operator meets it: a process, its environment, what it prints, and how it ends."""

import io
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO

from idp.cli.die_with_parent import die_with_parent

PATIENCE_SECONDS = 60
# A server that has the command line imported already, and forks for each command: what is tested is not Python's start.
forkserver = multiprocessing.get_context("forkserver")
forkserver.set_forkserver_preload(["tests.drivers.preloaded"])


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Running:
    """A command under way, in a process group of its own."""

    def __init__(self, process: BaseProcess, folder: Path) -> None:
        self._process = process
        self._folder = folder

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def out(self) -> str:
        return (self._folder / "out").read_text("utf-8")

    @property
    def err(self) -> str:
        return (self._folder / "err").read_text("utf-8")

    @property
    def runs(self) -> bool:
        return self._process.is_alive()

    def end(self, how: signal.Signals = signal.SIGTERM) -> Ended:
        """Sends a signal and waits; whatever it left running is killed, as a test must leave nothing behind."""
        if self.runs:
            os.kill(self.pid, how)
        return self.wait()

    def wait(self) -> Ended:
        self._process.join(PATIENCE_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.join()
        return Ended(self._process.exitcode or 0, self.out, self.err)


class CommandLine:
    """`idp` with `environment` as its whole `IDP_*` environment; `folder` takes what it prints."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.environment = dict(environment)
        self._folder = folder
        self._started: list[Running] = []

    def start(self, *arguments: str, typed: str = "") -> Running:
        """Begins a command; `typed` is its standard input."""
        folder = self._folder / f"run-{len(self._started)}"
        folder.mkdir(parents=True)
        for name, text in (("in", typed), ("out", ""), ("err", "")):
            (folder / name).write_text(text, "utf-8")
        process = forkserver.Process(target=_become, args=(arguments, self.environment, folder))
        process.start()
        self._started.append(Running(process, folder))
        return self._started[-1]

    def run(self, *arguments: str, typed: str = "") -> Ended:
        """Runs a command to its end."""
        return self.start(*arguments, typed=typed).wait()

    def must(self, *arguments: str, typed: str = "") -> str:
        """Runs a command that has to succeed; answers what it printed."""
        ended = self.run(*arguments, typed=typed)
        assert ended.code == 0, ended
        return ended.out

    def end_all(self) -> None:
        """Ends what a failed test left running."""
        for running in self._started:
            if running.runs:
                running.end()


def _become(arguments: tuple[str, ...], environment: dict[str, str], folder: Path) -> None:
    die_with_parent()  # the forkserver's end is the test run's: a run that is killed leaves nothing behind
    die_with_parent()
    os.setpgid(0, 0)
    for number, name in enumerate(("in", "out", "err")):
        handle = os.open(folder / name, os.O_RDWR | os.O_APPEND)
        os.dup2(handle, number)
    sys.stdin, sys.stdout, sys.stderr = _text(0, "r"), _text(1, "w"), _text(2, "w")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("IDP_")}
    os.environ.clear()
    os.environ.update(inherited | environment)
    from idp.cli import main

    main(arguments, prog_name="idp")


def _text(number: int, mode: str) -> IO[str]:
    return io.TextIOWrapper(open(number, f"{mode}b", closefd=False), "utf-8", write_through=True)
