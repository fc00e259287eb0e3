"""The provider's server with an application that takes its time."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable
from functools import partial
from types import TracebackType
from typing import Any

from idp.cli.server import Listening, run_server
from idp.cli.slow_bodies import Watch, watched

SLOW_SECONDS = 1.0
THREADS = 4


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/slow":
        time.sleep(SLOW_SECONDS)
    body = environ["wsgi.input"].read() if environ["REQUEST_METHOD"] == "POST" else b"done"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]


def load(port: int) -> Callable[..., Any]:
    return watched(application, port, Watch(THREADS, lambda _: False))


class SlowServer:
    """Runs it as a process, until the block ends at the latest."""

    def __init__(self, port: int) -> None:
        listening = Listening("127.0.0.1", port, workers=1, threads=THREADS)
        run = partial(run_server, partial(load, port), listening)
        self._process = multiprocessing.get_context("forkserver").Process(target=run)

    def __enter__(self) -> "SlowServer":
        self._process.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.join()

    def ask_to_end(self) -> None:
        os.kill(self._process.pid or 0, signal.SIGTERM)

    def wait(self) -> int | None:
        self._process.join(30)
        return self._process.exitcode
