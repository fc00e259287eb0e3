"""Somebody's web site with one document, at a loopback address that the provider may fetch from."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """`body` is what every address of it answers; `calls` are the paths that were asked for."""

    url: str = ""
    body: bytes = b""
    kind: str = "application/json"
    calls: list[str] = field(default_factory=list)


@contextmanager
def a_site(path: str, body: bytes, kind: str) -> Iterator[Site]:
    """A site for the length of the block; `url` is that of `path`."""
    told = Site(body=body, kind=kind)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.calls.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", told.kind)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_port}{path}"
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
