"""A back-channel logout address on a real socket, which answers as it is told."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its content type and its form."""

    content_type: str
    form: dict[str, list[str]]


class Receiver:
    """Listens on a free port of this machine. `answers` are the next statuses; 200 when they run out."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.elsewhere: list[str] = []
        self.answers: list[int] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/logout"

    @property
    def tokens(self) -> list[str]:
        return [call.form["logout_token"][0] for call in self.calls]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if self.path == "/logout":
                    receiver.calls.append(Call(self.headers["Content-Type"], parse_qs(body)))
                else:
                    receiver.elsewhere.append(self.path)
                status = receiver.answers.pop(0) if receiver.answers else 200
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        return Handler
