"""The one way to an address that a client named (RFC 9700 4.11, server-side request forgery).

https only, to public addresses only, to the very address that was checked, never by redirect or proxy, and bounded in
time and size as a whole: a server that drips a byte a second is cut off like one that hangs.
"""

import http.client
import json
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from idp.core.errors import Misconfigured
from idp.core.fetch_target import Address, FetchRefused, Target, resolve_by_system, target_of

__all__ = ["FetchRefused", "Fetcher", "believing"]

LARGEST = 64 * 1024
GET_SECONDS = 3.0
POST_SECONDS = 5.0
JSON_TYPES = ("application/json", "application/jwk-set+json")


class Fetcher:
    """Fetches what clients name. `allow` lists the hosts and networks (CIDR) that may be private and plain http.

    Everything that goes wrong, on our side or theirs, is `FetchRefused`.
    """

    def __init__(
        self,
        allow: Sequence[str] = (),
        resolve: Callable[[str, int], list[Address]] = resolve_by_system,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allow = tuple(allow)
        self._resolve = resolve
        self._tls = tls or ssl.create_default_context()

    def get_json(self, url: str, seconds: float = GET_SECONDS) -> dict[str, Any]:
        """The JSON object at `url`: status 200, a JSON media type, at most 64 KiB, within `seconds`."""
        body = self.get_bytes(url, LARGEST, JSON_TYPES, seconds)
        try:
            value = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise FetchRefused(f"{url} holds no JSON") from error
        if not isinstance(value, dict):
            raise FetchRefused(f"{url} holds no JSON object")
        return value

    def get_bytes(
        self, url: str, max_bytes: int = LARGEST, content_types: Sequence[str] = (), seconds: float = GET_SECONDS
    ) -> bytes:
        """The body at `url`: status 200, one of `content_types` (any if empty), at most `max_bytes`, within `seconds`."""
        with self._exchange("GET", url, None, seconds) as response:
            return _body(url, response, max_bytes, content_types)

    def ask(self, url: str, body: bytes, content_type: str, max_bytes: int, seconds: float) -> bytes:
        """Posts `body` once and returns what is answered: status 200, the same `content_type`, else as `get_bytes`."""
        with self._exchange("POST", url, body, seconds, {"Content-Type": content_type}) as response:
            return _body(url, response, max_bytes, (content_type,))

    def post_form(self, url: str, data: dict[str, str]) -> int:
        """Posts a form and returns the status, a redirect's too, within 5 s; the body is not read."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        with self._exchange("POST", url, urlencode(data).encode(), POST_SECONDS, headers) as response:
            return response.status

    def post_json(self, url: str, value: dict[str, Any], headers: dict[str, str]) -> int:
        """Posts a JSON object with further `headers` and returns the status as `post_form` does."""
        return self.post(url, json.dumps(value).encode(), headers | {"Content-Type": "application/json"})

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Posts `body`, whose type stands in `headers`, and returns the status as `post_form` does."""
        with self._exchange("POST", url, body, POST_SECONDS, headers) as response:
            return response.status

    @contextmanager
    def _exchange(
        self, method: str, url: str, body: bytes | None, seconds: float, headers: dict[str, str] | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        deadline = monotonic() + seconds
        target = target_of(url)
        addresses = target.admitted(self._resolve, self._allow, deadline)
        try:
            with _connected(addresses, deadline) as raw, self._secured(target, raw, deadline) as connected:
                with _ask(connected, target, method, body, headers or {}) as response:
                    yield response
                if monotonic() >= deadline:  # a body without a length that was cut looks like one that ended
                    raise TimeoutError
        except (FetchRefused, OSError, http.client.HTTPException, ValueError) as error:
            if monotonic() >= deadline:  # what was cut off looks like anything
                raise FetchRefused(f"{url} took too long") from error
            if isinstance(error, FetchRefused):
                raise
            raise FetchRefused(f"{url}: {type(error).__name__}") from error

    @contextmanager
    def _secured(self, target: Target, raw: socket.socket, deadline: float) -> Iterator[socket.socket]:
        if target.scheme == "https":
            raw = self._tls.wrap_socket(raw, server_hostname=target.host, do_handshake_on_connect=False)
        with raw, _cut_at(deadline, raw):
            if isinstance(raw, ssl.SSLSocket):
                raw.do_handshake()
            yield raw


def believing(authorities: Path | None) -> ssl.SSLContext:
    """What the system believes, and the authorities of a PEM file beside it. Raises `Misconfigured`."""
    context = ssl.create_default_context()
    if authorities is not None:
        try:
            context.load_verify_locations(cafile=authorities)
        except OSError as error:  # what the file says wrongly is an SSLError, which is one
            because = "holds no certificates in PEM" if isinstance(error, ssl.SSLError) else f"cannot be read: {error.strerror}"
            raise Misconfigured(f"IDP_FETCH_CA_FILE: {authorities} {because}") from error
    return context


def _body(url: str, response: http.client.HTTPResponse, max_bytes: int, content_types: Sequence[str]) -> bytes:
    if response.status != 200:
        raise FetchRefused(f"{url} answered {response.status}")
    kind = response.headers.get_content_type()
    if content_types and kind not in content_types:
        raise FetchRefused(f"{url} is {kind}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise FetchRefused(f"{url} is compressed")
    body = response.read(max_bytes + 1)
    if len(body) > max_bytes:
        raise FetchRefused(f"{url} is larger than {max_bytes} bytes")
    if response.length:
        raise FetchRefused(f"{url} ended early")
    return body


@contextmanager
def _connected(addresses: list[Address], deadline: float) -> Iterator[socket.socket]:
    failure: OSError = TimeoutError()
    for address in addresses:
        try:
            connected = socket.create_connection(address, max(0.001, deadline - monotonic()))
        except OSError as error:
            failure = error
            continue
        with connected:
            yield connected
        return
    raise failure


@contextmanager
def _cut_at(deadline: float, connected: socket.socket) -> Iterator[None]:
    # A socket's own timeout starts anew with every byte; this one does not.
    timer = Timer(max(0.001, deadline - monotonic()), _cut, (connected,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(connected: socket.socket) -> None:
    try:
        # Not SSLSocket.shutdown: it takes the TLS layer from under the reading thread.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
    except OSError:
        return  # it ended by itself


def _ask(
    connected: socket.socket, target: Target, method: str, body: bytes | None, more: dict[str, str]
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.sock = connected
    connection.putrequest(method, target.path, skip_host=True, skip_accept_encoding=True)
    headers = {"Host": target.authority, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"} | more
    if body is not None:
        headers["Content-Length"] = str(len(body))
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    return connection.getresponse()
