"""An application of somebody else: it sends its customers to the provider and keeps what comes back."""

import html
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

# The challenge of RFC 7636 appendix B: the stories end where the code arrives.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@dataclass(frozen=True, slots=True)
class Received:
    """One answer at the redirect URI."""

    method: str
    parameters: dict[str, str]


@dataclass(slots=True)
class Shop:
    """The application: its customers see `brand` when they sign in at `issuer`."""

    issuer: str
    brand: str
    port: int = 0
    address: str = ""
    received: list[Received] = field(default_factory=list)
    framed: list[dict[str, str]] = field(default_factory=list)

    @property
    def client_id(self) -> str:
        return f"shop-{self.port}"

    @property
    def name(self) -> str:
        return f"Corner shop {self.port}"

    @property
    def metadata(self) -> dict[str, object]:
        """What it registers."""
        return {
            "client_id": self.client_id,
            "client_name": self.name,
            "brand": self.brand,
            "redirect_uris": [f"{self.address}/callback"],
            "token_endpoint_auth_method": "none",
            "scope": "openid profile email",
            "policy_uri": f"{self.address}/privacy",
        }

    def request(self, **more: str) -> dict[str, str]:
        """The parameters of an authorization request."""
        return {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": f"{self.address}/callback",
            "scope": "openid profile email",
            "state": "what the shop remembers",
            "nonce": "n",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **more,
        }

    def url(self, **more: str) -> str:
        """The authorization request as a link."""
        return f"{self.issuer}/authorize?{urlencode(self.request(**more))}"

    def logout_url(self, **more: str) -> str:
        """A request to sign out."""
        return f"{self.issuer}/logout?{urlencode(more)}"

    def page(self, path: str) -> str:
        """The start page sends the request as a form; every other page is where one ends."""
        if path != "/":
            return "<h1>Welcome to the shop</h1>"
        fields = "".join(f'<input type="hidden" name="{k}" value="{html.escape(v)}">' for k, v in self.request().items())
        return f'<form method="post" action="{self.issuer}/authorize">{fields}<button>Sign in</button></form>'


@contextmanager
def a_shop(issuer: str, brand: str, address: str | None = None) -> Iterator[Shop]:
    """The application, on a free port of this machine; `address` is what browsers call it, if not that."""
    shop = Shop(issuer, brand)

    class Counter(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve(dict(parse_qsl(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            self._serve(dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())))

        def _serve(self, parameters: dict[str, str]) -> None:
            path = urlsplit(self.path).path
            if path == "/callback":
                shop.received.append(Received(self.command, parameters))
            elif path == "/front":
                shop.framed.append(parameters)
            body = f"<!doctype html><title>Shop</title>{shop.page(path)}".encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Counter)
    shop.port = server.server_port
    shop.address = address or f"http://localhost:{shop.port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
