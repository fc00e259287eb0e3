"""What a machine asks and what it is told: requests and answers without a framework, for addresses that show no page."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import to_json
from werkzeug.wsgi import get_input_stream

from idp.core.errors import IdpError
from idp.core.origin import Origin

JSON = "application/json"
SHORT = re.compile(r"[0-9]{1,9}")
Headers = tuple[tuple[str, str], ...]
NOTHING: Mapping[str, str] = MappingProxyType({})
# Hears of a request to this path that was refused. Never raises.
Hears = Callable[[str, IdpError], None]
_STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its WSGI environ (PEP 3333), who sends it, how long its body may be, and what the address names."""

    environ: Mapping[str, Any]
    origin: Origin
    most_bytes: int
    named: Mapping[str, str]

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def query(self) -> str:
        return str(self.environ.get("QUERY_STRING", ""))

    @property
    def content_type(self) -> str:
        return str(self.environ.get("CONTENT_TYPE", ""))

    @property
    def authorization(self) -> str | None:
        """The header of this name; None where there is none."""
        return self.header("AUTHORIZATION")

    def header(self, name: str) -> str | None:
        """A header by its WSGI name (`ACCEPT`, `IF_NONE_MATCH`); None where it was not sent."""
        value: str | None = self.environ.get(f"HTTP_{name}")
        return value

    def asks(self, name: str) -> bool:
        """Whether the query has a parameter of this name."""
        return bool(self.query) and any(name == given for given, _ in parse_qsl(self.query, keep_blank_values=True))

    def body(self) -> bytes:
        """The whole body; can be read once. Raises `IdpError` too_large (413) beyond the limit, bad_request cut short."""
        length = self.environ.get("CONTENT_LENGTH", "")
        if not SHORT.fullmatch(length):
            return self._body_of_unknown_length()
        if int(length) > self.most_bytes:
            raise IdpError("too_large", "The body is too large", status=413)
        body: bytes = self.environ["wsgi.input"].read(int(length))
        if len(body) < int(length):
            raise IdpError("bad_request", "The body ended early")
        return body

    def _body_of_unknown_length(self) -> bytes:
        stream = get_input_stream(dict(self.environ))
        body = stream.read(self.most_bytes + 1)
        if len(body) > self.most_bytes:
            raise IdpError("too_large", "The body is too large", status=413)
        return body


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. It never changes, so that one may be made once and sent many times."""

    body: bytes = b""
    content_type: str = ""
    status: int = 200
    headers: Headers = ()

    @property
    def status_line(self) -> str:
        """As WSGI wants it."""
        return _STATUS_LINES[self.status]

    @property
    def own_headers(self) -> list[tuple[str, str]]:
        """The headers of its own, with type and length."""
        typed = [("Content-Type", self.content_type)] if self.content_type else []
        sized = [] if self.status in {204, 304} else [("Content-Length", str(len(self.body)))]
        return [*typed, *sized, *self.headers]


def json_answer(content: Mapping[str, Any], status: int = 200, headers: Headers = ()) -> Answer:
    """An answer in JSON."""
    return Answer(to_json(content), JSON, status, headers)
