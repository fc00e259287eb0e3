"""A provider behind a socket, in the form of a WSGI application: what drives it in process drives it over the wire too."""

import ssl
from collections.abc import Iterable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote

from werkzeug.datastructures import EnvironHeaders

PATIENCE_SECONDS = 30.0
PATH_SAFE = "/:@!$&'()*+,;=~-._"
# What a request meets when the process that serves it dies.
Lost = (OSError, HTTPException)


class Remote:
    """Sends each request over a connection of its own, so that the kernel deals them out among the workers.

    It speaks TLS with what `tls` trusts, and comes from `source`, an address of this host. Raises one of `Lost` where no whole
    answer came back.
    """

    def __init__(
        self,
        address: str,
        port: int,
        patience: float = PATIENCE_SECONDS,
        tls: ssl.SSLContext | None = None,
        source: str | None = None,
    ) -> None:
        self._address = address
        self._port = port
        self._patience = patience
        self._tls = tls
        self._source = None if source is None else (source, 0)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        target = quote((environ["SCRIPT_NAME"] + environ["PATH_INFO"]).encode("latin-1"), safe=PATH_SAFE) + _query(environ)
        headers = {name: value for name, value in EnvironHeaders(environ) if value}
        length = int(environ.get("CONTENT_LENGTH") or 0)
        connection = self._connection()
        try:
            connection.request(environ["REQUEST_METHOD"], target, environ["wsgi.input"].read(length) or None, headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        start_response(f"{answer.status} {answer.reason}", answer.getheaders())
        return [body]

    def _connection(self) -> HTTPConnection:
        if self._tls is None:
            return HTTPConnection(self._address, self._port, self._patience, self._source)
        return HTTPSConnection(
            self._address, self._port, timeout=self._patience, source_address=self._source, context=self._tls
        )


def _query(environ: dict[str, Any]) -> str:
    return f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
