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

PATIENCE_SECONDS = 60
# A server that has the command line imported already, and forks for each command: what is tested is not Python's start.
_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["idp.cli"])


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
        self._runs = 0

    def start(self, *arguments: str, typed: str = "") -> Running:
        """Begins a command; `typed` is its standard input."""
        self._runs += 1
        folder = self._folder / f"run-{self._runs}"
        folder.mkdir(parents=True)
        for name, text in (("in", typed), ("out", ""), ("err", "")):
            (folder / name).write_text(text, "utf-8")
        process = _server.Process(target=_become, args=(arguments, self.environment, folder))
        process.start()
        return Running(process, folder)

    def run(self, *arguments: str, typed: str = "") -> Ended:
        """Runs a command to its end."""
        return self.start(*arguments, typed=typed).wait()

    def must(self, *arguments: str, typed: str = "") -> str:
        """Runs a command that has to succeed; answers what it printed."""
        ended = self.run(*arguments, typed=typed)
        assert ended.code == 0, ended
        return ended.out


def _become(arguments: tuple[str, ...], environment: dict[str, str], folder: Path) -> None:
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
