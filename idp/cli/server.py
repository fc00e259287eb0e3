"""The WSGI server: Granian, with every number that matters set here."""

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from idp.cli.die_with_parent import die_with_parent
from idp.cli.hash_memory import give_hash_memory_back
from idp.cli.scheduling import share_finely, without_interrupting
from idp.cli.tls import Tls
from idp.core.errors import Misconfigured
from idp.settings import Settings

# Connections a worker holds at once. An idle one takes a place, so this is far above the threads; more wait in the backlog.
BACKPRESSURE = 1024
# How long a connection may take to send a header, or lie idle. A proxy must give up its idle connections sooner.
IDLE_SECONDS = 30
DRAIN_SECONDS = 10
# Granian logs through `_granian`; our own handler at the root writes it as JSON like everything else.
LOGS: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}

Load = Callable[[], Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to listen, with how many worker processes, and how many threads in each; with `tls`, for TLS 1.3 alone."""

    address: str
    port: int
    workers: int
    threads: int
    tls: Tls | None = None


def listening_of(settings: Settings, tls: Tls | None = None) -> Listening:
    """Where and how `settings` ask to serve. Raises `Misconfigured`."""
    address, _, port = settings.listen.rpartition(":")
    if not address or not port.isdecimal() or not 0 < int(port) < 65536:
        raise Misconfigured("IDP_LISTEN: must be ADDRESS:PORT, such as 127.0.0.1:9000 or [::1]:9000")
    return Listening(address.strip("[]"), int(port), settings.worker_count, settings.blocking_threads, tls)


def run_server(load: Load, listening: Listening, renewed: Callable[[], Tls | None] = lambda: None) -> None:
    """Serves until SIGTERM or SIGINT, then drains for at most 10 s. Each worker makes its own application by `load`.

    At SIGHUP workers are replaced where `renewed` answers with another certificate than the one that is served.
    A worker that dies is replaced; where that does not help, this ends with exit code 1.
    """
    # Workers that are not forks import everything anew and share no memory; not every Python forks by itself.
    multiprocessing.set_start_method("fork", force=True)
    server = Server(
        renewed,
        address=listening.address,
        port=listening.port,
        interface=Interfaces.WSGI,
        # Idle connections and slow bodies are limited by connection; HTTP/2 has many requests in one, and other limits.
        http=HTTPModes.http1,
        workers=listening.workers,
        blocking_threads=listening.threads,
        backpressure=BACKPRESSURE,
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_SECONDS * 1000),
        log_level=LogLevels.error,
        log_dictconfig=LOGS,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
        ssl_cert=listening.tls.certificate if listening.tls else None,
        ssl_key=listening.tls.key if listening.tls else None,
        ssl_protocol_min=SSLProtocols.tls13,
    )
    # What the workers inherit is never collected, so that its pages stay shared between them.
    gc.collect()
    gc.freeze()
    _obey_from_birth()
    server.serve(target_loader=partial(_load_in_worker, load), wrap_loader=False)


class Server(MPServer):
    """Granian, which at SIGHUP lets its workers read clients.yaml anew, and replaces them only for a renewed certificate."""

    def __init__(self, renewed: Callable[[], Tls | None], **options: Any) -> None:
        super().__init__("idp", **options)
        self._renewed = renewed

    def _respawn_workers(self, *arguments: Any, **options: Any) -> None:
        super()._respawn_workers(*arguments, **options)
        # Its loop forgets an order to stop that arrives between its look at the order and its work.
        if self.interrupt_signal:
            self.main_loop_interrupt.set()

    def signal_handler_reload(self, *_: Any) -> None:
        """Sends the signal on, and has the loop look at the certificate."""
        for worker in self.wrks:
            with suppress(ProcessLookupError):
                os.kill(worker.inner.pid, signal.SIGHUP)
        self.reload_signal = True
        self.main_loop_interrupt.set()

    def _reload(self, *arguments: Any) -> None:
        tls = self._renewed()
        if tls is not None:
            # By the names that were given: what they led to at the start is the certificate of then.
            self.build_ssl_context(tls.certificate, tls.key, None, SSLProtocols.tls13, None, [], client_verify=False)
            super()._reload(*arguments)  # type: ignore[no-untyped-call]
            return
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        if self.interrupt_signal or self.interrupt_children:
            self.main_loop_interrupt.set()


def _obey_from_birth() -> None:
    """Workers forked from here on end at SIGTERM until they serve, and have a handler of their own.

    The main process's handler, inherited, would swallow the order to stop; so the order waits while a worker is forked.
    """

    def obey() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    os.register_at_fork(
        before=partial(signal.pthread_sigmask, signal.SIG_BLOCK, {signal.SIGTERM}),
        after_in_parent=partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, {signal.SIGTERM}),
        after_in_child=obey,
    )


def _load_in_worker(load: Load) -> Callable[..., Any]:
    # A main process that is killed outright cannot stop its workers; orphans would go on serving the port.
    die_with_parent()
    share_finely()
    give_hash_memory_back()
    return without_interrupting(load())
