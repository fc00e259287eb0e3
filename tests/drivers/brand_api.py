"""A brand's account API on a port of this machine: it knows what a test tells it, and misbehaves on request."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, KeySet

Claims = dict[str, Any]
ANSWER = "agreement-answer+jwt"


def plain(typed: str) -> str:
    """As lenient as a brand may be: it reads past whatever is no letter or digit of its own numbers."""
    return "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())


@dataclass
class BrandApi:
    """`holders` by agreement, `callers` by customer number: what each answers right.

    `distort` changes the claims of an answer, `instead` sends raw bytes in its place. While `hangs` is not set it answers;
    `asked` are the claims of every request, `requests` the requests themselves.
    """

    issuer: str
    now: Callable[[], datetime]
    url: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True))
    signs_with: ECKey | None = None
    typ: str = ANSWER
    holders: dict[str, Claims] = field(default_factory=dict)
    callers: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[Claims] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    distort: Callable[[Claims], Claims] = lambda claims: claims
    instead: tuple[int, str, bytes] | None = None
    hangs: threading.Event = field(default_factory=threading.Event)
    free: threading.Event = field(default_factory=threading.Event)

    @property
    def check_url(self) -> str:
        return f"{self.url}/agreement-check"

    def knows(self, agreement: str, birth_date: str, postcode: str, number: str, **on_file: str) -> None:
        self.holders[plain(agreement)] = {
            "who": (birth_date, plain(postcode)),
            "told": {"customer_number": number},
            "on_file": on_file,
        }

    def block(self) -> dict[str, Any]:
        """What stands in the brand's block."""
        return {"url": self.url, "check_url": self.check_url, "jwks_uri": f"{self.url}/jwks.json"}

    def answer(self, token: str) -> tuple[int, str, bytes]:
        claims = json.loads(jws.extract_compact(token.encode()).payload)
        self.asked.append(claims)
        self.requests.append(token)
        if self.hangs.is_set():
            self.free.wait(20)
        if self.instead is not None:
            return self.instead
        return 200, "application/jwt", self.signed(self.distort(self.verdict(claims))).encode()

    def verdict(self, claims: Claims) -> Claims:
        now = int(self.now().timestamp())
        common = {"iss": self.url, "aud": self.issuer, "jti": claims["jti"], "iat": now, "exp": now + 60}
        if "answers" in claims:
            known = self.callers.get(claims["customer_number"], {})
            return common | {"verdicts": {asked: known.get(asked) == said for asked, said in claims["answers"].items()}}
        holder = self.holders.get(plain(claims["agreement"]))
        if holder is None:
            return common | {"match": False}
        if "birth_date" not in claims:
            return common | {"match": True} | holder["told"]
        if (claims["birth_date"], plain(claims["postcode"])) != holder["who"]:
            return common | {"match": False}
        return common | {"match": True} | holder["told"] | holder["on_file"]

    def signed(self, claims: Claims) -> str:
        key = self.signs_with or self.key
        header = {"alg": "ES256", "kid": self.key.kid, "typ": self.typ}
        return jws.serialize_compact(header, json.dumps(claims), key)


def _handler(api: BrandApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            keys = KeySet([api.key]).as_dict(private=False)
            self._send(200, "application/jwk-set+json", json.dumps(keys).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._send(*api.answer(body.decode()))

        def _send(self, status: int, kind: str, body: bytes) -> None:
            with suppress(ConnectionError):  # who asked may have given up by now
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    return Handler


@contextmanager
def a_brand_api(issuer: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[BrandApi]:
    """The API for the length of the block."""
    api = BrandApi(issuer, now)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(api))
    server.daemon_threads = True
    api.url = f"http://localhost:{server.server_port}/api"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        api.free.set()
        server.shutdown()
        server.server_close()
        thread.join()
