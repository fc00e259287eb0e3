"""What makes a run of many tests quick and changes nothing that they see."""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
import structlog

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a place for folders that `tempfile` makes
ENOUGH_BYTES = 2 * 1024**3


def work_in_memory() -> None:
    """Folders of tests are made in memory where there is enough: each commit of theirs would wait for the disk.

    Whoever names a place in TMPDIR keeps it. The servers and the workers of the run follow.
    """
    if "TMPDIR" in os.environ or not IN_MEMORY.is_dir() or not os.access(IN_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(IN_MEMORY).free >= ENOUGH_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(IN_MEMORY)


def keep_bytecode() -> None:
    """What was compiled is kept, whatever the environment says: dozens of processes would compile the product anew."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def plain_logs() -> None:
    """Logs as a test finds them: an unforeseen error is told in lines, and not drawn with every variable on its way."""
    structlog.reset_defaults()
    drawn = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*drawn[:-1], plain])


def pytest_configure() -> None:
    work_in_memory()
    keep_bytecode()
    plain_logs()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """While tests are collected there is no garbage to look for. What was collected, most of all there is, stays to the end.

    Searching it again and again would take as long as the tests themselves.
    """
    gc.disable()
    found = yield
    gc.collect()
    gc.freeze()
    gc.enable()
    return found
