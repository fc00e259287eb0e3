"""Texts to a gateway: what it is sent, when it is asked again, and when no more."""

import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

import pytest

from idp.core.database import Database
from idp.core.errors import Misconfigured
from idp.core.fetcher import Fetcher
from idp.core.outbox import Attempt, Delivered, GiveUp, Outcome, Retry
from idp.core.perishable import UNTIL, Perishable
from idp.core.texts import TextDeliverer, text_deliverer
from tests.builders import BEGINNING, TestClock
from tests.servers import free_port

PAYLOAD = {"to": "+447700900118", "text": "123456 is your code"}
ATTEMPT = Attempt(8, "text", "", 1, BEGINNING, BEGINNING)
SECRET = "a secret of the gateway"


class Gateway:
    """Answers every text with `status`, and remembers what it was sent."""

    def __init__(self, status: int) -> None:
        self.requests: list[tuple[dict[str, str], Any]] = []
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.requests.append((dict(self.headers), json.loads(body)))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self._server.server_port}/messages"

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def deliverer(url: str, database: Database, *, secret: str = SECRET, allow: tuple[str, ...] = ("localhost",)) -> TextDeliverer:
    return text_deliverer(url, secret, Fetcher(allow), database, TestClock())


def deliver(url: str, database: Database, **more: Any) -> Outcome:
    return deliverer(url, database, **more)(PAYLOAD | {UNTIL: BEGINNING.isoformat()}, ATTEMPT)


def test_a_gateway_is_posted_the_number_and_the_words(database: Database) -> None:
    with Gateway(202) as gateway:
        assert deliver(gateway.url, database) == Delivered()
        assert deliver(gateway.url, database) == Delivered()
    headers, body = gateway.requests[0]
    assert body == PAYLOAD
    assert (headers["Content-Type"], headers["Authorization"]) == ("application/json", f"Bearer {SECRET}")
    assert headers["Idempotency-Key"] == gateway.requests[1][0]["Idempotency-Key"] == f"8.{BEGINNING.timestamp():.0f}"


def test_without_a_secret_none_is_sent(database: Database) -> None:
    with Gateway(200) as gateway:
        assert deliver(gateway.url, database, secret="") == Delivered()
    assert "Authorization" not in gateway.requests[0][0]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, GiveUp("refused with 400")),
        (401, GiveUp("refused with 401")),
        (422, GiveUp("refused with 422")),
        (302, GiveUp("refused with 302")),
        (408, Retry("put off with 408")),
        (429, Retry("put off with 429")),
        (500, Retry("put off with 500")),
        (503, Retry("put off with 503")),
    ],
)
def test_only_what_may_pass_is_tried_again(database: Database, status: int, outcome: Outcome) -> None:
    with Gateway(status) as gateway:
        assert deliver(gateway.url, database) == outcome
    assert len(gateway.requests) == 1


def test_a_gateway_that_is_away_is_asked_again(database: Database) -> None:
    assert isinstance(deliver(f"http://localhost:{free_port()}/", database), Retry)


def test_no_private_address_is_reached_that_is_not_allowed(database: Database) -> None:
    with Gateway(200) as gateway:
        assert isinstance(deliver(gateway.url, database, allow=()), Retry)
    assert gateway.requests == []


def test_a_folder_gets_a_file_for_each(database: Database, tmp_path: Path) -> None:
    assert deliver(f"file://{tmp_path}/a%20b", database) == Delivered()
    (file,) = (tmp_path / "a b").iterdir()
    assert json.loads(file.read_text("utf-8")) == PAYLOAD
    (tmp_path / "taken").touch()
    assert isinstance(deliver(f"file://{tmp_path}/taken", database), Retry)


@pytest.mark.parametrize("payload", [{}, {"to": "+447700900118"}, {"to": 5, "text": "x"}, {"to": None, "text": "x"}])
def test_what_is_no_text_is_given_up(database: Database, tmp_path: Path, payload: dict[str, Any]) -> None:
    assert deliverer(f"file://{tmp_path}", database)(payload, ATTEMPT) == GiveUp("not a text")


@pytest.mark.parametrize(
    "url", ["", "demo", "sms:x", "https:", "https://a:b@gateway.example/", "file:relative", "file://host/x"]
)
def test_another_address_is_refused_with_advice(database: Database, url: str) -> None:
    with pytest.raises(Misconfigured, match="IDP_TEXT_URL"):
        deliverer(url, database)


@pytest.mark.parametrize(("early", "outcome"), [(0, GiveUp("too late to be of use")), (1, Delivered())])
def test_what_came_too_late_is_not_delivered(early: int, outcome: Outcome) -> None:
    given: list[dict[str, Any]] = []

    def receiver(payload: dict[str, Any], _attempt: Attempt) -> Outcome:
        given.append(payload)
        return Delivered()

    until = BEGINNING + early * timedelta(microseconds=1)
    assert Perishable(receiver)(PAYLOAD | {UNTIL: until.isoformat()}, ATTEMPT) == outcome
    assert len(given) == early
    assert Perishable(receiver)(PAYLOAD, ATTEMPT) == Delivered()
