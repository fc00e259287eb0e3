"""Processes of their own that do the same at one moment: forks of a server that has the product imported already."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from idp.cli.die_with_parent import die_with_parent
from tests.drivers.command_line import PATIENCE_SECONDS, forkserver

Ask = Callable[[Any], list[Any]]


@contextmanager
def rivals(count: int, prepare: Callable[..., Callable[[Any], Any]], *arguments: Any) -> Iterator[Ask]:
    """Each calls `prepare` with `arguments`; then one calls all of them with one argument, and has all their answers."""
    pipes = [forkserver.Pipe() for _ in range(count)]
    running = [forkserver.Process(target=_become, args=(theirs, prepare, arguments)) for _, theirs in pipes]
    lines = [ours for ours, _ in pipes]
    for process, (_, theirs) in zip(running, pipes, strict=True):
        process.start()
        theirs.close()  # so that the end of a process is the end of its line

    def ask(what: Any) -> list[Any]:
        for line in lines:
            line.send(what)
        return [line.recv() for line in lines]

    try:
        assert [line.recv() for line in lines] == ["ready"] * count
        yield ask
    finally:
        for line, process in zip(lines, running, strict=True):
            line.close()
            process.join(PATIENCE_SECONDS)


def _become(line: Connection, prepare: Callable[..., Callable[[Any], Any]], arguments: tuple[Any, ...]) -> None:
    die_with_parent()  # the forkserver's end is the test run's
    act = prepare(*arguments)
    line.send("ready")
    while True:
        try:
            asked = line.recv()
        except EOFError:
            return
        line.send(act(asked))
