"""Another party's server, which answers when the test lets it: a logout address, or a key set."""

import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

PATIENCE_SECONDS = 30


class Listener:
    """Listens on a port of this machine, a free one unless it is given. While `held`, whoever comes waits for `release()`."""

    def __init__(self, body: bytes = b"{}", held: bool = False, port: int = 0) -> None:
        self.forms: list[dict[str, str]] = []
        self.posts: list[tuple[Message, bytes]] = []
        self.arrived = threading.Semaphore(0)
        self._body = body
        self._open = threading.Event()
        if not held:
            self._open.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def wait(self) -> None:
        """Waits until one more request has arrived."""
        assert self.arrived.acquire(timeout=PATIENCE_SECONDS), "nobody came"

    def release(self) -> None:
        self._open.set()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                listener.posts.append((self.headers, sent))
                form = parse_qs(sent.decode())
                listener.forms.append({name: values[0] for name, values in form.items()})
                self.do_GET()

            def do_GET(self) -> None:
                listener.arrived.release()
                listener._open.wait(PATIENCE_SECONDS)
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(listener._body)))
                    self.end_headers()
                    self.wfile.write(listener._body)
                except OSError:
                    self.close_connection = True  # whoever asked has died meanwhile

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        return Handler
