"""Hostile bytes at every address, over real sockets: a clear refusal, no 5xx, nothing changed (P12)."""

import gzip
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from idp.app.mount import mount
from idp.core.database import metadata
from tests.drivers.relying_party import basic
from tests.drivers.stack import ADDRESS, Stack
from tests.faults.scene import Scene

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X" * 40)
FORM = "application/x-www-form-urlencoded"
DEEP = "[" * 20_000
NAMES = ("client_id", "redirect_uri", "state", "nonce", "scope", "claims", "max_age", "prompt", "code", "token", "csrf_token")
VALUES = (
    "%00",
    "%ff%fe",
    "%ed%a0%80",  # a lone surrogate, as careless software writes it
    "%0d%0aSet-Cookie:%20a=b",
    "%zz%",
    "%f0%9f%98%80",
    "%27%22%3E%3Cscript%3E",
    "9" * 400,
    "-1",
    "1e999",
    "%EF%BC%91%EF%BC%92",  # full-width digits
)
HEADERS = {
    "another host": {"Host": "evil.example"},
    "no host": {"Host": ""},
    "forwarded": {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "\xff, 1.2.3.4", "Forwarded": "for=x;host=evil"},
    "basic of garbage": {"Authorization": "Basic \xff\xfe=="},
    "basic without a colon": {"Authorization": "Basic YQ=="},
    "basic of odd text": {"Authorization": basic("a\x00b", "\u2028\U0001f600")},
    "basic of bytes": {"Authorization": "Basic /////w=="},
    "bearer of bytes": {"Authorization": "Bearer \x80\xff"},
    "bearer of dots": {"Authorization": "Bearer " + ".".join(["e30"] * 40)},
    "a long bearer": {"Authorization": "Bearer " + "a" * 20_000},
    "odd cookies": {"Cookie": "idp_session=\x80\xff; idp_browser=%00; =; a"},
    "a long cookie": {"Cookie": "idp_session=" + "a" * 9000},
    "odd languages": {"Accept-Language": "\xff;q=9, *;q=x"},
    "odd conditions": {"If-None-Match": '"\xff', "If-Modified-Since": "never", "Range": "bytes=9-1"},
    "odd origin": {"Origin": "\xff://\xff", "Sec-Fetch-Site": "\xff"},
    "preflight": {"Origin": "null", "Access-Control-Request-Method": "\xff"},
}
CREDENTIALS = ("Authorization", "Cookie")
ASKED_BY_CLIENTS = ("/authorize", "/logout", "/token", "/userinfo", "/introspect", "/revoke")
# How it was attacked may be recorded.
RECORDS = ("audit_entries", "audit_links", "trail_keys", "refusals")


def test_nothing_at_any_address_breaks_or_changes_the_provider(scene: Scene) -> None:
    before = counts(scene.stack)
    seen = 0
    for number, path in enumerate(addresses(scene)):
        for what, request in attacks(number, path, scene):
            status = answered(scene.stack, request)
            assert status is not None, (path, what)
            assert status < 500, (path, what, status)
            seen += 1
    assert seen > 500
    assert counts(scene.stack) == before
    assert '"unforeseen"' not in scene.stack.server.err
    assert scene.tokens().status == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # TLS at a plain port
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\r\n\r\n",
        b"\x00" * 100,
        b"GET /jwks HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"POST /token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /jwks HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
        b"GET /" + b"a" * 2_000_000 + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_hardly_http_is_turned_away(scene: Scene, raw: bytes) -> None:
    status = answered(scene.stack, raw, whole=False)
    assert status is None or status < 500 or status == 501
    assert scene.stack.ready()


def addresses(scene: Scene) -> list[str]:
    """Every address there is, with names that exist filled in, and a few that are not."""
    house = scene.stack.house
    if "idp" not in house.ground.app.extensions:
        mount(house)
    interaction = scene.stack.browser().open(scene.shop.request()).url.rpartition("/")[2]
    app = house.ground.app
    rules = sorted({rule.rule for rule in app.url_map.iter_rules()} | {route.path for route in app.extensions["idp.direct"]})
    filled = [rule.replace("<path:", "<").partition("<") for rule in rules]
    return [head + (interaction if rest else "") for head, _, rest in filled] + ["/", "//", "/%ff", "/%00", "/..%2f", "/é"]


def attacks(number: int, path: str, scene: Scene) -> Iterator[tuple[str, bytes]]:
    """What is sent to the address of that number, each with a name."""
    host = f"{ADDRESS}:{scene.stack.port}"
    for query in queries(path):
        yield f"query {query[:60]}", message("GET", f"{path}?{query}", host)
    for what, (body, kind) in bodies().items():
        yield what, message("POST", path, host, body, {"Content-Type": kind})
    cookies = f"idp_session={scene.browser.cookie('idp_session')}; idp_browser={scene.browser.cookie('idp_browser')}"
    odd = {**HEADERS, "signed in": {"Cookie": cookies}}
    if scene.stack.house.ground.settings.database_url.startswith("sqlite"):
        for method in METHODS:
            yield method, message(method, path, host)
    else:
        # No statement hears of a method or of any other header: with these, one database is like the other.
        odd = {what: sent for what, sent in odd.items() if sent.keys() & set(CREDENTIALS)}
    for turn, (what, sent) in enumerate(odd.items(), number):
        # One address by one method, the next by the other: headers are read before anybody knows the address.
        methods = ("GET", "POST") if path in ASKED_BY_CLIENTS else ("GET", "POST")[turn % 2 :][:1]
        for method in (*methods, "OPTIONS") if "Origin" in sent else methods:
            yield f"{method} {what}", message(method, path, host, b"a=b" if method == "POST" else b"", sent)


def queries(path: str) -> Iterator[str]:
    """Every name with every value: one by one where clients ask, which read them in order; all names at once elsewhere."""
    for turn in range(len(VALUES)):
        pairs = [f"{name}={VALUES[(number + turn) % len(VALUES)]}" for number, name in enumerate(NAMES)]
        yield from pairs if path in ASKED_BY_CLIENTS else ["&".join(pairs)]
    yield "state=" + "s" * 9000


def bodies() -> dict[str, tuple[bytes, str]]:
    """Bodies and what they claim to be."""
    part = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n"
    every = (*NAMES, "username", "password", "grant_type")
    fields = {f"form {value[:60]}": ("&".join(f"{name}={value}" for name in every).encode(), FORM) for value in VALUES}
    return fields | {
        "no form at all": (b"\xff\xfe\x00\x80", FORM),
        "sent twice": (b"code=a&code=b&grant_type=authorization_code&grant_type=x&username=a&username=b", FORM),
        "many fields": ("&".join(f"f{n}={n}" for n in range(5000)).encode(), FORM),
        "a megabyte": (b"token=" + b"a" * 1_000_000, FORM),
        "deep JSON": (DEEP.encode(), "application/json"),
        "deep JSON in a form": (urlencode({"claims": DEEP[:6000], "authorization_details": "[]"}).encode(), FORM),
        "a huge number": (json.dumps({"max_age": 10**300}).encode(), "application/json"),
        "compressed": (gzip.compress(b"a=b"), FORM),
        "parts": (part * 300 + b"--x--", "multipart/form-data; boundary=x"),
        "parts without a boundary": (b"--x", "multipart/form-data"),
        "an odd charset": (b"a=b", f"{FORM}; charset=utf-7"),
        "an odd type": (b"a=b", "\x7f/\xff"),
    }


def message(method: str, path: str, host: str, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    sent = {"Host": host, "Connection": "close"} | ({"Content-Length": str(len(body))} if body else {}) | (headers or {})
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def answered(stack: Stack, raw: bytes, *, whole: bool = True) -> int | None:
    """The status of the answer; None where the connection was closed without one."""
    with socket.create_connection((ADDRESS, stack.port), timeout=20) as connection:
        received = b""
        try:
            connection.sendall(raw)
            if not whole:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            received = b""  # it stopped listening in the middle of what is too large; its answer may be there all the same
        try:
            while b"\r\n" not in received:
                piece = connection.recv(4096)
                if not piece:
                    return None
                received += piece
        except OSError:
            return None
    return int(received.split(b" ", 2)[1])


def counts(stack: Stack) -> dict[str, int]:
    return {name: len(stack.rows(name)) for name in metadata.tables if name not in RECORDS}
