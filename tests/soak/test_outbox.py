"""Five thousand logout tokens, receivers that fail, delivery workers that are killed: all are told (S4)."""

import signal
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

import pytest
from sqlalchemy import func, select, update

from idp.core.outbox import AT_ONCE, enqueue, outbox
from idp.oidc.logout import KIND
from tests.drivers.stack import Stack
from tests.servers import wait_until
from tests.soak.vitals import vitals_of

CLIENTS = 50
TOKENS = 2_500  # on each pair of stores
FAILS_AT_FIRST = 5  # every so manyth client
MOST_FILES = 80

pytestmark = [pytest.mark.soak, pytest.mark.timeout(300)]


class Receivers:
    """The logout addresses of all clients; some answer 500 to whatever comes first of each token."""

    def __init__(self) -> None:
        self.got: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    def url(self, number: int) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{number}"

    def take(self, path: str, token: str) -> int:
        with self._lock:
            self.got[path, token] += 1
            fails = int(path[1:]) % FAILS_AT_FIRST == 0 and self.got[path, token] == 1
        return 500 if fails else 200

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receivers = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(receivers.take(self.path, form["logout_token"][0]))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        return Handler


def fill(stack: Stack, receivers: Receivers) -> None:
    ground = stack.house.ground
    for number in range(CLIENTS):
        stack.add_client(f"c-{number}", backchannel_logout_uri=receivers.url(number))
    with ground.database.transaction() as db:
        for number in range(TOKENS):
            payload = {"client_id": f"c-{number % CLIENTS}", "sub": f"sub-{number}", "sid": f"sid-{number}"}
            enqueue(db, ground.keyring, KIND, payload, ground.clock, target=payload["client_id"])


def left(stack: Stack) -> int:
    with stack.house.ground.database.reading() as db:
        return db.scalar(select(func.count()).select_from(outbox).where(outbox.c.delivered_at.is_(None))) or 0


def drain(stack: Stack, most: int) -> None:
    """Waits until at most `most` are left, as long as they become fewer."""
    while (now := left(stack)) > most:
        wait_until(lambda now=now: left(stack) < now)


def hurry(stack: Stack) -> None:
    """The minute of a dead worker's lease, and the pause before the next try, pass here."""
    now = stack.clock.now()
    with stack.house.ground.database.transaction() as db:
        db.execute(update(outbox).where(outbox.c.delivered_at.is_(None)).values(lease_until=None, next_try_at=now))


def test_all_logout_tokens_are_delivered(stack: Stack) -> None:
    with Receivers() as receivers:
        fill(stack, receivers)
        second = stack.command_line.start("worker")
        stack.deliver()
        assert stack.deliverer is not None
        drain(stack, TOKENS * 3 // 4)
        second.end(signal.SIGKILL)
        before = vitals_of(stack.deliverer.pid)
        drain(stack, TOKENS // FAILS_AT_FIRST + AT_ONCE)
        hurry(stack)
        drain(stack, 0)
        after = vitals_of(stack.deliverer.pid)
        stack.deliverer.end()
    assert (after.files < MOST_FILES, after.mib - before.mib < 30) == (True, True), (before, after)
    delivered = [token for (path, token), times in receivers.got.items()]
    assert len(set(delivered)) >= TOKENS
