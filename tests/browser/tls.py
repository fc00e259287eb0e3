"""TLS in front of servers that speak plain HTTP, as a reverse proxy would be."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.drivers.certificates import Certificates

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "upgrade"})


class Front(ThreadingHTTPServer):
    """Listens on a free port; `routes` maps the names of hosts to the ports of the servers behind."""

    def __init__(self, certificates: Certificates, routes: Mapping[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Forward)
        self.routes = routes
        # The handshake is left to the thread of each connection: a slow one must not hold up the others.
        self.socket = certificates.serving().wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, *_: object) -> None:
        """A browser that hangs up is no fault."""


class _Forward(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Front

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        behind = HTTPConnection("127.0.0.1", self.server.routes[self.headers["Host"].partition(":")[0]], timeout=30)
        behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP_BY_HOP:
                behind.putheader(name, value)
        behind.putheader("X-Forwarded-For", self.client_address[0])
        behind.putheader("X-Forwarded-Proto", "https")
        behind.putheader("Content-Length", str(len(body)))
        behind.endheaders(body)
        answer = behind.getresponse()
        content = answer.read()
        behind.close()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def a_front(certificates: Certificates, routes: Mapping[str, int]) -> Iterator[int]:
    """Answers the port."""
    with Front(certificates, routes) as front:
        thread = threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield front.server_port
        front.shutdown()
        thread.join()
