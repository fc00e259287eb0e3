"""The provider as it runs in life: `idp serve` with two worker processes, and `idp worker` where a test asks for it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from idp.app import build
from idp.cli.seed import sow
from idp.core.clock import SystemClock
from idp.core.database import metadata
from idp.settings import Settings
from tests.drivers.command_line import CommandLine, Running
from tests.drivers.household import Household
from tests.drivers.provider import begun_ground, environment_for
from tests.drivers.remote import Lost, Remote
from tests.servers import free_port, wait_until

ADDRESS = "127.0.0.1"
WORKERS = 2


class Stack(Household):
    """Migrated and seeded stores in `folder`, and the processes that serve them."""

    def __init__(self, folder: Path, **changed: str) -> None:
        self.folder = folder
        self.port = free_port()
        issuer = f"http://{ADDRESS}:{self.port}"
        own = {"issuer": issuer, "listen": f"{ADDRESS}:{self.port}", "workers": str(WORKERS)}
        own |= {"source_failures": "1000", "flood_failures": "10000"}
        self.environment = environment_for(folder, **(own | changed))
        ground = begun_ground(Settings.from_environment(self.environment), SystemClock())
        super().__init__(build(ground), Remote(ADDRESS, self.port))
        sow(self.house)
        self.command_line = CommandLine(self.environment, folder / "commands")
        self.server: Running | None = None
        self.deliverer: Running | None = None

    def serve(self) -> None:
        """Starts the server and waits until every worker answers."""
        self.server = self.command_line.start("serve")
        self.wait_until_whole()

    def deliver(self) -> None:
        """Starts the delivery worker."""
        self.deliverer = self.command_line.start("worker")

    def workers(self) -> list[int]:
        """The process ids of the server's workers that live now."""
        assert self.server is not None
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()
        return [int(child) for child in children if _lives(int(child))]

    def wait_until_whole(self) -> None:
        """Waits until the full number of workers listens and the provider calls itself ready."""
        wait_until(lambda: self._runs() and self._listeners() >= WORKERS and self.ready(), *Lost)

    def wait_until_deaf(self) -> None:
        """Waits until nothing listens on the port any more."""
        wait_until(lambda: self._listeners() == 0)

    def ready(self) -> bool:
        """Whether the provider says that all it needs answers."""
        connection = HTTPConnection(ADDRESS, self.port, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        finally:
            connection.close()

    def kill_worker(self) -> None:
        """Kills the eldest worker process outright; the server replaces it.

        Not just any: a server whose replacement dies at once gives up, as it should.
        """
        worker = min(self.workers(), key=_born)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not _lives(worker))

    def kill(self) -> None:
        """Everything dies at once, as when the power goes."""
        for process in (self.server, self.deliverer):
            if process is not None:
                process.end(signal.SIGKILL)
        self.wait_until_deaf()
        self.server = self.deliverer = None

    def stop(self) -> None:
        """Ends everything as an operator would."""
        for process in (self.deliverer, self.server):
            if process is not None:
                process.end()
        self.server = self.deliverer = None

    def rows(self, table: str) -> list[Any]:
        """What is stored in a table."""
        with self.house.ground.database.reading() as db:
            return list(db.execute(metadata.tables[table].select()).all())

    def _runs(self) -> bool:
        assert self.server is not None
        assert self.server.runs, self.server.err
        return True

    def _listeners(self) -> int:
        wanted = f"0100007F:{self.port:04X}"
        lines = Path("/proc/net/tcp").read_text().splitlines()
        return sum(line.split()[1] == wanted and line.split()[3] == "0A" for line in lines[1:])


@contextmanager
def a_stack(folder: Path, *, deliver: bool = False, **changed: str) -> Iterator[Stack]:
    """A running stack in `folder`; nothing of it is left behind, whatever happens in the block."""
    stack = Stack(folder, **changed)
    try:
        stack.serve()
        if deliver:
            stack.deliver()
        yield stack
    finally:
        stack.stop()
        stack.house.ground.database.close()


def _born(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def _lives(pid: int) -> bool:
    # A killed process may show its end while a thread of it still dies, and keeps its socket listening until then.
    try:
        ended = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        return not ended or len(list(Path(f"/proc/{pid}/task").iterdir())) > 1
    except (FileNotFoundError, ProcessLookupError):
        return False
