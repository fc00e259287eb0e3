"""What an import says while it runs: each refused row on stderr and in a report, and how far it has come."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol, TextIO

import click

from idp.cli.failures import refused

TELL_EVERY_PERCENT = 10


class Report:
    """Each refused row: one line on stderr, and one object in `file` where there is one."""

    def __init__(self, file: TextIO | None) -> None:
        self._file = file

    def tell(self, rows: dict[int, tuple[str, ...]]) -> None:
        """`rows` are the problems by line."""
        for line, problems in sorted(rows.items()):
            click.echo(f"line {line}: {'; '.join(problems)}", err=True)
            if self._file is not None:
                self._file.write(json.dumps({"line": line, "problems": problems}) + "\n")
        if self._file is not None:
            self._file.flush()


class Progress(Protocol):
    """Hears of the bytes that are done."""

    def update(self, size: int) -> None:
        """`size` more bytes are done."""


class Plain:
    """A line for every tenth of the file, for a log and for whoever reads it there."""

    def __init__(self, whole: int) -> None:
        self._whole = max(whole, 1)
        self._done = 0
        self._told = 0

    def update(self, size: int) -> None:
        """`size` more bytes are done."""
        self._done += size
        percent = 100 * self._done // self._whole
        if percent // TELL_EVERY_PERCENT > self._told // TELL_EVERY_PERCENT:
            self._told = percent
            click.echo(f"{percent} %", err=True)


@contextmanager
def report_to(path: Path | None, *, further: bool) -> Iterator[Report]:
    """A report in `path`, after what stands there where the import goes on `further`. Raises `Failure`."""
    with ExitStack() as closing:
        try:
            file = None if path is None else closing.enter_context(path.open("a" if further else "w", encoding="utf-8"))
        except OSError as error:
            raise refused(f"{path}: cannot be written: {error.strerror}") from None
        yield Report(file)


@contextmanager
def progress_over(whole: int) -> Iterator[Progress]:
    """A bar over `whole` bytes where somebody watches, lines where nobody does; on stderr."""
    if sys.stderr.isatty():
        with click.progressbar(length=whole, label="Importing", file=sys.stderr) as bar:
            yield bar
    else:
        yield Plain(whole)
