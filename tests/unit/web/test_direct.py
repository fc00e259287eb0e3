"""Addresses that are answered before Flask keep every rule that pages keep."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from idp.core.errors import IdpError, Misconfigured, OAuthError, Unavailable
from idp.web.address import Callers, TrustedProxies
from idp.web.call import Answer, Call, json_answer
from idp.web.direct import Direct, DirectRoute
from idp.web.routes import Cors, Guard
from tests.drivers.provider import settings_for

CLIENT = "https://spa.example"


class Told:
    """An answer as it left."""

    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.body = int(status.split(maxsplit=1)[0]), body
        self.headers = dict(headers)
        assert len(self.headers) == len(headers), "a header was sent twice"


class Desk:
    """A `Direct` with one route, and nothing behind it but a page that says so."""

    def __init__(self, direct: Direct) -> None:
        self.direct = direct
        self.application = direct.before(lambda _environ, start: (start("404 Not Found", []), (b"behind",))[1])
        self.raises: Exception | None = None

    def answer(self, call: Call) -> Answer:
        if self.raises is not None:
            raise self.raises
        return json_answer({"said": call.body().decode(), "from": call.origin.address})

    def ask(self, method: str = "POST", path: str = "/machine", body: bytes = b"", **environ: Any) -> Told:
        started: list[Any] = []
        given = {"REQUEST_METHOD": method, "PATH_INFO": path, "HTTP_HOST": "localhost:9000", "REMOTE_ADDR": "192.0.2.7"}
        given |= {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))} | environ
        sent = self.application(given, lambda status, headers, _=None: started.append((status, headers)))  # type: ignore[arg-type, return-value]
        return Told(*started[0], b"".join(sent))


@pytest.fixture(params=[Guard.PROTOCOL, Guard.DOCUMENT])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    settings = settings_for(tmp_path)
    desk = Desk(Direct(settings, Callers(TrustedProxies(())), lambda origin: origin == CLIENT, lambda _path, _error: None))
    desk.direct.mount([DirectRoute("/machine", desk.answer, ("GET", "POST"), request.param, Cors.CLIENTS)])
    return desk  # type: ignore[return-value]


def test_it_answers_its_own_addresses_alone(desk: Desk) -> None:
    assert desk.ask(body=b"hello").body == b'{"said":"hello","from":"192.0.2.7"}'
    for path in ("/", "/machine/", "/machine2", "//machine", "/Machine"):
        assert desk.ask(path=path).body == b"behind"


def test_every_answer_carries_the_headers_of_its_guard(desk: Desk) -> None:
    for raises in (None, OAuthError("invalid_request"), RuntimeError("defect")):
        desk.raises = raises
        headers = desk.ask().headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (
            OAuthError("invalid_grant", "Spent", because="secret cause"),
            400,
            b'{"error":"invalid_grant","error_description":"Spent"}',
        ),
        (Unavailable("secret cause"), 503, b'{"error":"temporarily_unavailable"}'),
        (IdpError("too_large", because="secret cause", status=413), 413, b'{"error":"invalid_request"}'),
        (Misconfigured("secret cause"), 500, b'{"error":"server_error"}'),
        (RuntimeError("secret cause"), 500, b'{"error":"server_error"}'),
        (RecursionError("secret cause"), 400, b'{"error":"invalid_request"}'),
    ],
)
def test_an_error_is_told_without_its_cause_and_never_kept(desk: Desk, error: Exception, status: int, body: bytes) -> None:
    desk.raises = error
    told = desk.ask()
    assert (told.status, told.body) == (status, body)
    assert told.headers["Cache-Control"] == "no-store"
    assert told.headers["Content-Length"] == str(len(body))


def test_a_challenge_and_a_time_to_come_back_go_with_their_errors(desk: Desk) -> None:
    desk.raises = OAuthError("invalid_client", status=401, challenge="Basic")
    assert desk.ask().headers["WWW-Authenticate"] == "Basic"
    desk.raises = Unavailable("down", retry_after=7)
    assert desk.ask().headers["Retry-After"] == "7"


def test_a_body_is_read_within_its_limit_whatever_is_said_of_its_length(desk: Desk) -> None:
    limit = next(iter(desk.direct)).guard.value.most_bytes
    assert desk.ask(body=b"x" * limit).status == 200
    assert desk.ask(body=b"x" * (limit + 1)).status == 413
    assert desk.ask(body=b"x" * (limit + 1), CONTENT_LENGTH="", **{"wsgi.input_terminated": True}).status == 413
    assert desk.ask(body=b"all", CONTENT_LENGTH="", **{"wsgi.input_terminated": True}).body.startswith(b'{"said":"all"')
    assert desk.ask(body=b"sho", CONTENT_LENGTH="30").status == 400
    assert desk.ask(body=b"x", CONTENT_LENGTH="9" * 5).status == 413
    assert desk.ask(body=b"x", CONTENT_LENGTH="-1").body.startswith(b'{"said":""')


def test_head_is_get_without_a_body(desk: Desk) -> None:
    got, head = desk.ask("GET"), desk.ask("HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers == got.headers


def test_another_method_is_told_which_there_are(desk: Desk) -> None:
    told = desk.ask("DELETE")
    assert (told.status, told.headers["Allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_another_host_and_an_endless_address_are_refused(desk: Desk) -> None:
    assert desk.ask(HTTP_HOST="evil.example").status == 400
    assert desk.ask(QUERY_STRING="x" * 9000).status == 414


def test_a_page_reads_answers_only_at_the_origin_of_a_client(desk: Desk) -> None:
    ours, theirs, nobody = desk.ask(HTTP_ORIGIN=CLIENT), desk.ask(HTTP_ORIGIN="https://evil.example"), desk.ask()
    assert ours.headers["Access-Control-Allow-Origin"] == CLIENT
    assert {"WWW-Authenticate", "DPoP-Nonce"} <= set(ours.headers["Access-Control-Expose-Headers"].split(", "))
    assert all("Access-Control-Allow-Origin" not in told.headers for told in (theirs, nobody))
    assert {told.headers["Vary"] for told in (ours, theirs, nobody)} == {"Origin"}
    preflight = desk.ask("OPTIONS", HTTP_ORIGIN=CLIENT)
    assert (preflight.status, preflight.headers["Access-Control-Allow-Methods"]) == (204, "GET, POST, OPTIONS")
    assert all("Access-Control-Allow-Credentials" not in told.headers for told in (ours, preflight))


@pytest.mark.parametrize("fault", [Unavailable("the database is away"), RuntimeError("a defect")])
def test_a_registry_that_fails_closes_the_answer_to_pages_but_not_to_servers(desk: Desk, fault: Exception) -> None:
    def away(_origin: str) -> bool:
        raise fault

    desk.direct._is_client_origin = away
    told = desk.ask(HTTP_ORIGIN=CLIENT)
    assert (told.status, "Access-Control-Allow-Origin" in told.headers) == (200, False)
