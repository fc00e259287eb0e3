"""Senders whose bodies never end.

The server hands a request to a thread as soon as its head is there, and has no limit for how long the body may take: a
few connections that send a byte of what they announced would hold every thread, and with them the provider. So reads
are watched, and an address that keeps too many of them waiting loses its connections.
"""

import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from idp.core.logs import get_log

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Seconds: a body that takes longer than the first is slow, and none may take longer than the second.
SLOW, LONGEST = 1.0, 15.0
TICK_SECONDS = 0.5
# The part of the threads that slow bodies of one address may hold.
SHARE = 4

log = get_log(__name__)


class Body:
    """The body of one request. Its reads are watched, and share one time."""

    def __init__(self, input_stream: Any, address: str, watch: "Watch") -> None:
        self._input = input_stream
        self._watch = watch
        self._address = address
        self._since: float | None = None

    def read(self, *size: int) -> bytes:
        """Reads on, as the server's own stream does."""
        if self._since is None:
            self._since = self._watch.monotonic()
        self._watch.reading[id(self)] = (self._address, self._since)
        try:
            read: bytes = self._input.read(*size)
            return read
        finally:
            del self._watch.reading[id(self)]


@dataclass(frozen=True, slots=True)
class Watch:
    """Who keeps us waiting. `spared` tells the addresses that are never cut: proxies of ours, which speak for many."""

    threads: int
    spared: Callable[[str], bool]
    monotonic: Callable[[], float] = time.monotonic
    reading: dict[int, tuple[str, float]] = field(default_factory=dict)

    def offenders(self) -> set[str]:
        """The addresses whose bodies hold more than a quarter of the threads, or one for too long."""
        now = self.monotonic()
        waiting = [(address, now - since) for address, since in list(self.reading.values()) if not self.spared(address)]
        slow = Counter(address for address, lasted in waiting if lasted > SLOW)
        crowds = {address for address, count in slow.items() if count > max(1, self.threads // SHARE)}
        return crowds | {address for address, lasted in waiting if lasted > LONGEST}


def watched(wsgi_app: "WSGIApplication", port: int, watch: Watch) -> "WSGIApplication":
    """`wsgi_app`, served on `port`, without the senders that would hold it. Starts a thread, so call it in the worker."""

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            environ["wsgi.input"] = Body(environ["wsgi.input"], environ.get("REMOTE_ADDR", ""), watch)
        return wsgi_app(environ, start_response)

    def look() -> None:
        while True:
            time.sleep(TICK_SECONDS)
            for address in watch.offenders():
                log.warning("slow_bodies_cut", address=address, connections=cut(address, port))

    threading.Thread(target=look, name="slow-bodies", daemon=True).start()
    return serve


def cut(address: str, port: int) -> int:
    """Shuts every connection of this process from `address` to `port`; answers how many. Reads on them end at once."""
    count = 0
    for name in os.listdir("/dev/fd"):
        with suppress(OSError, ValueError), _borrowed(int(name)) as connection:
            if _is_from(connection, address, port):
                connection.shutdown(socket.SHUT_RDWR)
                count += 1
    return count


@contextmanager
def _borrowed(descriptor: int) -> Iterator[socket.socket]:
    # Raises OSError for what is no socket or gone by now. The descriptor stays the server's to close.
    connection = socket.socket(fileno=descriptor)
    try:
        yield connection
    finally:
        connection.detach()


def _is_from(connection: socket.socket, address: str, port: int) -> bool:
    if connection.family not in {socket.AF_INET, socket.AF_INET6} or connection.getsockname()[1] != port:
        return False
    return ip_address(connection.getpeername()[0]) == ip_address(address)
