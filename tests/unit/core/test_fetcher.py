"""The guarded fetcher against servers that lie, drip, redirect, swell and hang."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from idp.core.fetcher import Fetcher, FetchRefused
from tests.servers import free_port

Talk = Callable[[socket.socket], None]
LOCAL = ("localhost", "127.0.0.1")


@dataclass(slots=True)
class Server:
    """Speaks to each connection as `talk` says, and remembers what it was asked."""

    talk: Talk
    tls: ssl.SSLContext | None = None
    asked: list[bytes] = field(default_factory=list)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    port: int = 0

    def __post_init__(self) -> None:
        self.port = self.listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/jwks.json"

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._speak, args=(connection,), daemon=True).start()

    def _speak(self, connection: socket.socket) -> None:
        try:
            with self.tls.wrap_socket(connection, server_side=True) if self.tls else connection as secured:
                self.asked.append(_request(secured))
                self.talk(secured)
        except OSError:
            return


def _request(connection: socket.socket) -> bytes:
    asked = connection.recv(65536)
    if b"Content-Length: 20" in asked and asked.endswith(b"\r\n\r\n"):
        asked += connection.recv(65536)
    return asked


@contextmanager
def serving(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server(talk, tls)
    thread = threading.Thread(target=server.serve)
    thread.start()
    yield server
    server.listener.shutdown(socket.SHUT_RDWR)
    server.listener.close()
    thread.join()


def saying(
    body: bytes, *headers: str, status: str = "200 OK", kind: str = "application/json", length: int | None = None
) -> Talk:
    head = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return lambda connection: connection.sendall("\r\n".join([*head, "", ""]).encode() + body)


def raw(answer: bytes) -> Talk:
    return lambda connection: connection.sendall(answer)


def dripping(first: bytes, drop: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(drop)
            time.sleep(0.1)

    return talk


def refusal(fetch: Callable[[], object], within: float = 4.5) -> str:
    """Why it was refused; that it did not take longer than it may."""
    began = time.monotonic()
    with pytest.raises(FetchRefused) as refused:
        fetch()
    assert time.monotonic() - began < within
    return refused.value.because


def test_a_json_object_is_fetched_politely() -> None:
    with serving(saying(b'{"keys": []}', kind="application/jwk-set+json; charset=utf-8")) as server:
        assert Fetcher(LOCAL).get_json(server.url + "?v=1") == {"keys": []}
    request = server.asked[0].decode()
    assert request.startswith("GET /jwks.json?v=1 HTTP/1.1\r\n")
    assert f"Host: localhost:{server.port}\r\n" in request
    assert "Accept-Encoding: identity\r\n" in request


def test_a_chunked_body_is_read() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    with serving(raw(answer)) as server:
        assert Fetcher(LOCAL).get_json(server.url) == {}


def test_a_form_is_posted_and_the_status_told() -> None:
    with serving(saying(b"", status="204 No Content")) as server:
        assert Fetcher(LOCAL).post_form(server.url, {"logout_token": "a b&c"}) == 204
    assert b"Content-Type: application/x-www-form-urlencoded\r\n" in server.asked[0]
    assert server.asked[0].endswith(b"\r\n\r\nlogout_token=a+b%26c")


def test_json_is_posted_with_further_headers_and_the_status_told() -> None:
    with serving(saying(b"", status="202 Accepted")) as server:
        assert Fetcher(LOCAL).post_json(server.url, {"to": "+44 7"}, {"Authorization": "Bearer x"}) == 202
    for part in (b"Content-Type: application/json\r\n", b"Content-Length: 15\r\n", b"Authorization: Bearer x\r\n"):
        assert part in server.asked[0]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_no_redirect_is_followed(status: str) -> None:
    with serving(saying(b'{"keys": []}')) as secret:
        with serving(saying(b"{}", f"Location: {secret.url}", status=status)) as server:
            assert "answered 30" in refusal(lambda: Fetcher(LOCAL).get_json(server.url))
            assert Fetcher(LOCAL).post_form(server.url, {}) == int(status[:3])
        assert secret.asked == []


@pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error", "206 Partial Content", "204 No Content"])
def test_any_other_status_is_refused(status: str) -> None:
    with serving(saying(b"", status=status)) as server:
        refusal(lambda: Fetcher(LOCAL).get_json(server.url))


@pytest.mark.parametrize(
    "talk",
    [
        saying(b"{}", kind="text/html"),
        saying(b"{}", "Content-Encoding: gzip"),
        saying(b"[]"),
        saying(b"null"),
        saying(b"{"),
        saying(b""),
        saying(b"\xff\xfe"),
        saying(b'{"a":' * 30_000),
        saying(b"{}", length=10),
        raw(b""),
        raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
        raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"),
        raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000),
        raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ],
)
def test_what_is_not_as_it_must_be_is_refused(talk: Talk) -> None:
    with serving(talk) as server:
        refusal(lambda: Fetcher(LOCAL).get_json(server.url))


def test_a_body_may_be_64_kib_and_no_more() -> None:
    def body(size: int) -> bytes:
        return json.dumps({"x": "y" * (size - 9)}).encode()

    with serving(saying(body(65536))) as server:
        assert len(Fetcher(LOCAL).get_json(server.url)["x"]) == 65527
    with serving(saying(body(65537))) as server:
        assert "larger" in refusal(lambda: Fetcher(LOCAL).get_json(server.url))


@pytest.mark.parametrize("head", [b"Transfer-Encoding: chunked\r\n\r\n", b"Content-Length: 99999999999\r\n\r\n", b"\r\n"])
def test_a_body_without_end_is_cut_off(head: bytes) -> None:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + head)
        for _ in range(1000):
            connection.sendall(chunk)

    with serving(talk) as server:
        assert "larger" in refusal(lambda: Fetcher(LOCAL).get_json(server.url))


JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DRIPS = {
    "silence": (b"", b""),
    "half a line": (b"HTTP/1.1 200", b""),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body": (JSON_HEAD + b"Content-Length: 5000\r\n\r\n", b" "),
    "body without length": (JSON_HEAD + b"\r\n{}", b" "),
}


def test_three_seconds_are_counted_over_all() -> None:
    def reason(first: bytes, drop: bytes) -> str:
        with serving(dripping(first, drop)) as server:
            return refusal(lambda: Fetcher(LOCAL).get_json(server.url)).removeprefix(server.url).strip()

    began = time.monotonic()
    with ThreadPoolExecutor(len(DRIPS)) as threads:
        reasons = dict(zip(DRIPS, threads.map(lambda drip: reason(*drip), DRIPS.values()), strict=True))
    assert reasons == dict.fromkeys(DRIPS, "took too long")
    assert time.monotonic() - began > 2.9


def test_a_post_has_five_seconds() -> None:
    with serving(dripping(b"", b"")) as server:
        began = time.monotonic()
        assert "too long" in refusal(lambda: Fetcher(LOCAL).post_form(server.url, {}), within=6.5)
    assert time.monotonic() - began > 4.5


def test_a_closed_port_is_refused() -> None:
    refusal(lambda: Fetcher(LOCAL).get_json(f"http://localhost:{free_port()}/"))


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    """A name server that answers with a public address first and 127.0.0.1 next (DNS rebinding) is asked once."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[tuple[str, int]]:
        asked.append(host)
        return [("192.0.2.1" if len(asked) == 1 else "127.0.0.1", port)]

    with serving(saying(b"{}")) as server:
        fetcher = Fetcher(("192.0.2.0/24",), rebinding)
        refusal(lambda: fetcher.get_json(f"http://rebinding.test:{server.port}/"))
        assert asked == ["rebinding.test"]
        assert server.asked == []
        assert "not https" in refusal(lambda: fetcher.get_json(f"http://rebinding.test:{server.port}/"))


def test_a_name_of_ours_needs_no_allowance_to_be_refused() -> None:
    with serving(saying(b"{}")) as server:
        for host in ("localhost", "127.0.0.1", "127.1", "2130706433", "[::ffff:127.0.0.1]", "[::]", "0"):
            for scheme in ("http", "https"):
                refusal(lambda url=f"{scheme}://{host}:{server.port}/": Fetcher().get_json(url))  # type: ignore[misc]
    assert server.asked == []


def test_the_next_address_is_tried_where_the_first_is_closed() -> None:
    with serving(saying(b"{}")) as server:
        fetcher = Fetcher(("portal.test",), lambda _host, port: [("127.0.0.2", port), ("127.0.0.1", port)])
        assert fetcher.get_json(f"http://portal.test:{server.port}/") == {}


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(saying(b'{"from": "proxy"}')) as proxy, serving(saying(b'{"from": "server"}')) as server:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert Fetcher(LOCAL).get_json(server.url) == {"from": "server"}


@dataclass(frozen=True, slots=True)
class Certificate:
    """Contexts of a server that is `portal.test` and of a client that trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "portal.test")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("portal.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return Certificate(server, ssl.create_default_context(cafile=str(folder / "cert.pem")))


def local(_host: str, port: int) -> list[tuple[str, int]]:
    return [("127.0.0.1", port)]


def test_tls_is_checked_against_the_name_and_not_the_address(certificate: Certificate) -> None:
    with serving(saying(b"{}"), certificate.server) as server:
        trusting = Fetcher(("127.0.0.0/8",), local, certificate.client)
        assert trusting.get_json(f"https://portal.test:{server.port}/") == {}
        assert "SSLCertVerificationError" in refusal(lambda: trusting.get_json(f"https://other.test:{server.port}/"))
        strange = Fetcher(("127.0.0.0/8",), local)
        assert "SSLCertVerificationError" in refusal(lambda: strange.get_json(f"https://portal.test:{server.port}/"))
    assert server.asked[0].startswith(b"GET / ")


def test_a_handshake_that_hangs_is_cut_off(certificate: Certificate) -> None:
    with serving(dripping(b"", b"")) as server:
        fetcher = Fetcher(("127.0.0.0/8",), local, certificate.client)
        assert "too long" in refusal(lambda: fetcher.get_json(f"https://portal.test:{server.port}/"))


def test_a_body_that_drips_over_tls_is_cut_off(certificate: Certificate) -> None:
    drip = dripping(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n", b" ")
    with serving(drip, certificate.server) as server:
        fetcher = Fetcher(("127.0.0.0/8",), local, certificate.client)
        assert "too long" in refusal(lambda: fetcher.get_json(f"https://portal.test:{server.port}/"))
