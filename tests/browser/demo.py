"""The demonstration as a newcomer starts it: `idp demo`, on free ports, with the facts it prints."""

import ctypes
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.drivers.mail_server import mail_url

REPOSITORY = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 60
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Places:
    """Where the provider and the portals of the brands are reached."""

    issuer: str
    portals: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Demo(Places):
    """A running demonstration; its data is in `folder`."""

    folder: Path
    customers: tuple[Mapping[str, Any], ...]

    @property
    def settings(self) -> dict[str, str]:
        """The settings of the provider, for the command line beside it."""
        lines = (self.folder / "environment").read_text().splitlines()
        return dict(shlex.split(line)[1].split("=", 1) for line in lines)


@contextmanager
def a_demo(folder: Path, port_base: int) -> Iterator[Demo]:
    """A demonstration in `folder`, which must end by itself when it is asked to."""
    command = [sys.executable, "-m", "idp.cli", "demo", "--json", "--port-base", str(port_base), "--data-dir", str(folder)]
    command += ["--mail-url", mail_url(folder)]
    with running(command) as process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        yield Demo(facts["issuer"], facts["portals"], folder, tuple(facts["customers"]))
    assert process.returncode == 0


@contextmanager
def running(
    command: list[str], environment: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process of the product, stopped by SIGTERM; `environment` is added to ours. What it prints goes to `log`, if any."""
    with ExitStack() as held:
        process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=os.environ | (environment or {}),
            stdout=held.enter_context(log.open("a")) if log else subprocess.PIPE,
            stderr=subprocess.STDOUT if log else None,
            text=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one call into the kernel, no lock taken
        )
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_SECONDS)


def idp(*arguments: str, environment: Mapping[str, str]) -> str:
    """Runs `idp` to its end, and answers what it printed. Raises where it fails."""
    command = [sys.executable, "-m", "idp.cli", *arguments]
    done = subprocess.run(command, cwd=REPOSITORY, env=os.environ | environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def free_ports(count: int) -> int:
    """The first of `count` ports in a row that nothing listens on."""
    # Test runs beside each other have neighbouring process numbers, and must not look at the same ports at once.
    for first in range(20_000 + os.getpid() * 60 % 10_000, 32_000, count):
        if all(map(_is_free, range(first, first + count))):
            return first
    raise OSError("no free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _die_with_parent() -> None:
    # A test run that is killed must not leave servers behind.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
