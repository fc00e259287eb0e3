"""Clients inside a company's own network, whose certificates an authority of the company signed (`IDP_FETCH_CA_FILE`)."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey
from werkzeug.test import Client

from idp.core.errors import Misconfigured
from idp.core.fetcher import believing
from tests.builders import ANA_PASSWORD, TestClock
from tests.drivers.certificates import Certificates, make_certificates
from tests.drivers.provider import Provider, a_provider
from tests.drivers.relying_party import Answer

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 100
KEY = ECKey.generate_key("P-256", {"kid": "inside"})
PUBLISHED = {
    "/jwks": ("application/jwk-set+json", json.dumps({"keys": [KEY.as_dict(private=False)]}).encode()),
    "/logo": ("image/png", PNG),
    "/logout": ("text/plain", b""),
}


@dataclass
class Inside:
    """A client's site, over TLS."""

    url: str
    calls: list[str] = field(default_factory=list)


@contextmanager
def inside(certificates: Certificates) -> Iterator[Inside]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            site.calls.append(self.path)
            kind, body = PUBLISHED[self.path]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # who does not believe the certificate hangs up
    server.socket = certificates.serving().wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    site = Inside(f"https://localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("authority"), ("localhost",))


def signed_in_and_out(provider: Provider, site: Inside) -> tuple[Answer, int]:
    """What the client gets for its code, and for its logo; then the browser signs out, and the client is told."""
    provider.add_customer("ana")
    about: dict[str, Any] = {
        "jwks_uri": f"{site.url}/jwks",
        "logo_uri": f"{site.url}/logo",
        "backchannel_logout_uri": f"{site.url}/logout",
        "token_endpoint_auth_method": "private_key_jwt",
    }
    shop = replace(provider.add_client("shop", brand="stellantis", consent="implied", **about), key=KEY)
    browser = provider.browser()
    browser.open(shop.request())
    redeemed = shop.redeem(shop.code(browser.sign_in("ana", ANA_PASSWORD)))
    logo = Client(provider.app, use_cookies=False).get("/logo/shop", base_url=provider.issuer).status_code
    browser.open(f"{provider.issuer}/logout")
    browser.submit(press="logout")
    provider.house.protocol.outbox.run_once()
    return redeemed, logo


def test_keys_logos_and_logout_addresses_of_a_private_authority(tmp_path: Path, certificates: Certificates) -> None:
    """S3.11, P8: the one fetcher believes the operator's authorities, for whatever it fetches."""
    named = {"fetch_ca_file": str(certificates.authority)}
    with inside(certificates) as site, a_provider(tmp_path, TestClock(), **named) as provider:
        redeemed, logo = signed_in_and_out(provider, site)
    assert (redeemed.status, logo) == (200, 200), redeemed
    assert site.calls == ["/jwks", "/logo", "/logout"]


def test_without_the_setting_nobody_believes_it(tmp_path: Path, certificates: Certificates) -> None:
    """S3.11: a certificate that the system does not know ends every fetch before a byte is asked for."""
    with inside(certificates) as site, a_provider(tmp_path, TestClock()) as provider:
        redeemed, logo = signed_in_and_out(provider, site)
    assert (redeemed.status, redeemed.error, logo, site.calls) == (401, "invalid_client", 404, [])


def test_they_are_believed_beside_those_of_the_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, certificates: Certificates
) -> None:
    """The file is added to what the system believes, not put in its place."""
    systems = make_certificates(tmp_path, ("system.test",)).authority
    monkeypatch.setenv("SSL_CERT_FILE", str(systems))
    both = believing(certificates.authority).get_ca_certs(binary_form=True)
    assert len(both) == 2
    assert believing(None).get_ca_certs(binary_form=True) == [
        one for one in both if one in believing(systems).get_ca_certs(True)
    ]


@pytest.mark.parametrize(
    ("content", "because"),
    [(None, "cannot be read: No such file or directory"), ("no certificate", "holds no certificates in PEM")],
)
def test_a_file_that_cannot_be_used_refuses_to_start(tmp_path: Path, content: str | None, because: str) -> None:
    """S3.11: what is unreadable never means "believe nobody else"; it is said in one line."""
    if content is not None:
        (tmp_path / "authorities.pem").write_text(content)
    with pytest.raises(Misconfigured, match=f"^IDP_FETCH_CA_FILE: {tmp_path}/authorities.pem {because}$"):
        believing(tmp_path / "authorities.pem")
