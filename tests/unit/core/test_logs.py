"""The log is JSON by lines, carries the request id, and holds no secret."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from idp.core.logs import configure_logs, get_log, log_request
from idp.core.origin import Origin, call_from
from tests.quick import plain_logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs(stream=stream)
    yield stream
    root.handlers[:], root.level = handlers, level
    plain_logs()
    call_from(Origin())


def read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_line_says_what_where_and_when(lines: io.StringIO) -> None:
    call_from(Origin(request_id="r-1"))
    get_log("idp.signin").info("signed_in", brand="alphera", count=2)
    (line,) = read(lines)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "signed_in",
        "brand": "alphera",
        "count": 2,
        "logger": "idp.signin",
        "level": "info",
        "request_id": "r-1",
    }


SECRETS = "password new_password code user_code access_token Cookie Set-Cookie code_verifier Authorization CLIENT_SECRET"


@pytest.mark.parametrize("key", SECRETS.split())
def test_what_looks_like_a_secret_is_dropped(lines: io.StringIO, key: str) -> None:
    get_log("x").warning("refused", **{key: "hunter2"}, nested={"deep": [{key: ["hunter2"]}]})
    (line,) = read(lines)
    assert "hunter2" not in lines.getvalue()
    assert line[key] == "[dropped]"


def test_harmless_codes_stay(lines: io.StringIO) -> None:
    get_log("x").warning("answered", status_code=400, error_code="invalid_grant", kid="k")
    (line,) = read(lines)
    assert (line["status_code"], line["error_code"], line["kid"]) == (400, "invalid_grant", "k")


def test_libraries_speak_json_too_and_no_more_than_they_should(lines: io.StringIO) -> None:
    logging.getLogger("granian").warning("port %s", 9000)
    for library in ("authlib.oauth2", "urllib3.connectionpool", "sqlalchemy.engine.Engine"):
        logging.getLogger(library).debug("token=hunter2")
        logging.getLogger(library).info("token=hunter2")
    assert [line["event"] for line in read(lines)] == ["port 9000"]


def test_libraries_stay_quiet_at_any_level_of_ours() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs("DEBUG", stream)
    logging.getLogger("authlib.oauth2.rfc6749").debug("token=hunter2")
    root.handlers[:], root.level = handlers, level
    plain_logs()
    assert stream.getvalue() == ""


def test_a_fault_is_one_line_with_its_trace(lines: io.StringIO) -> None:
    try:
        raise ZeroDivisionError("first\nsecond")
    except ZeroDivisionError:
        get_log("x").exception("broke")
    (line,) = read(lines)
    assert line["level"] == "error"
    assert "ZeroDivisionError: first" in line["exception"]


def test_hostile_text_stays_one_line(lines: io.StringIO) -> None:
    """S3.9: whatever a name holds, no line begins in it, no terminal obeys it, and nothing runs backwards."""
    hostile = 'a\n{"event":"forged"}\r\n\x1b[31m\x00\x85\u2028\u2029\u202e\u2066\ufeff'
    get_log("x").info("refused", name=hostile, **{hostile: [hostile, {hostile: hostile}]})
    logging.getLogger("urllib3").warning("%s", hostile)
    ours, theirs = lines.getvalue().removesuffix("\n").split("\n")
    for line in (ours, theirs):
        assert line.isascii()
        assert line.isprintable()
    assert json.loads(ours)["name"] == json.loads(theirs)["event"] == hostile


def test_a_request_is_told_in_the_form_of_every_line(lines: io.StringIO) -> None:
    call_from(Origin(request_id="r-1"))
    log_request("/token", 200, 0.01234)
    get_log("idp.requests").info("request", endpoint="/token", status_code=200, ms=12.3)
    by_hand, by_machine = read(lines)
    assert len(by_hand.pop("timestamp")) == len(by_machine.pop("timestamp"))
    assert by_hand == by_machine


def test_requests_are_told_as_everything_at_their_level() -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs("WARNING", stream)
    log_request("/token", 200, 0.01)
    root.handlers[:], root.level = handlers, level
    plain_logs()
    assert stream.getvalue() == ""
