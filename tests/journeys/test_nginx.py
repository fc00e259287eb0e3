"""The documented nginx in front of a real `idp serve`: what it lets through, what it keeps out, and who it says is asking."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import Client

from tests.builders import ANA_PASSWORD
from tests.drivers.browser import Browser
from tests.drivers.certificates import Certificates, make_certificates
from tests.drivers.nginx import Site, an_nginx, complaints, configured
from tests.drivers.remote import Remote
from tests.drivers.stack import Stack
from tests.running import free_port

CUSTOMER = "127.0.0.7"
CBC = "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0"
FORGED = {"X-Forwarded-For": "203.0.113.66", "X_Forwarded_For": "203.0.113.67", "Forwarded": "for=203.0.113.68"}


@dataclass
class Front:
    """The stack, and how one comes to it through nginx."""

    stack: Stack
    site: Site
    certificates: Certificates

    def ask(self, method: str, path: str, **sent: Any) -> tuple[int, Headers]:
        """One request from a customer's address; the status and the headers of the answer."""
        answer = Client(self.stack.app, use_cookies=False).open(
            path, base_url=f"https://localhost:{self.site.tls}", method=method, **sent
        )
        return answer.status_code, answer.headers

    def speaks(self) -> str | None:
        """The version of HTTP that is agreed on with a browser."""
        context = self.certificates.trusting()
        context.set_alpn_protocols(["h2", "http/1.1"])
        with self.secured(context, "localhost") as secured:
            return secured.selected_alpn_protocol()

    def handshake(self, context: ssl.SSLContext, name: str | None = "localhost") -> tuple[str | None, str]:
        """The version and the cipher that are agreed on."""
        context.check_hostname = name == "localhost"
        with self.secured(context, name) as secured:
            return secured.version(), (secured.cipher() or ("",))[0]

    @contextmanager
    def secured(self, context: ssl.SSLContext, name: str | None) -> Iterator[ssl.SSLSocket]:
        with (
            socket.create_connection(("127.0.0.1", self.site.tls), 10) as connection,
            context.wrap_socket(connection, server_hostname=name) as secured,
        ):
            yield secured


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The issuer has a path, and shares its host with whatever else may be there."""
    folder, tls = tmp_path_factory.mktemp("nginx"), free_port()
    stack = Stack(folder, issuer=f"https://localhost:{tls}/idp", trusted_proxies="127.0.0.1")
    certificates, site = make_certificates(folder, ("localhost",)), Site(tls, free_port(), stack.port)
    try:
        with an_nginx(folder, site, certificates, path=True):
            stack.app = Remote("localhost", site.tls, tls=certificates.trusting(), source=CUSTOMER)
            stack.serve()
            yield Front(stack, site, certificates)
    finally:
        stack.stop()
        stack.house.ground.database.close()


def test_a_customer_of_both_brands_by_their_own_address(front: Front) -> None:
    """Sign-in page, token endpoint, own pages and sign-out, beneath the path; S3.6: nobody chooses their own address."""
    stack = front.stack
    stack.add_customer(given_name="Ana")
    first = stack.add_client("drive", brand="stellantis", consent="implied")
    second = stack.add_client("sphere", brand="alphera", consent="implied")
    browser: Browser = stack.browser()
    browser.open(first.request(), headers=FORGED)
    tokens = first.redeem(first.code(browser.sign_in("ana", ANA_PASSWORD))).body
    assert first.userinfo(tokens["access_token"])["sub"] == first.claims(tokens["id_token"])["sub"]
    browser.open(second.request())
    assert second.redeem(second.code(browser.submit(press="allow"))).status == 200
    told = browser.open("/account/sessions", headers=FORGED).text
    assert (CUSTOMER in told, "203.0.113." in told) == (True, False)
    browser.open("/logout")
    browser.submit(press="logout")
    assert "error=login_required" in browser.open(first.request(prompt="none")).url


def test_headers_are_the_providers_and_come_once(front: Front) -> None:
    for path in ("/idp/.well-known/openid-configuration", "/.well-known/oauth-authorization-server/idp", "/idp/account"):
        status, headers = front.ask("GET", path)
        assert (status, len(headers.getlist("Strict-Transport-Security"))) == (303 if path == "/idp/account" else 200, 1)
        assert [headers.getlist(name) for name in ("Content-Encoding", "X-Content-Type-Options")] == [[], ["nosniff"]]
        assert headers["Server"] == "nginx"


def test_what_is_too_large_and_what_is_just_in(front: Front) -> None:
    """P12: addresses of 8 KiB, tokens of 16 KiB, bodies of 64 KiB; none of it a 5xx."""
    form = {"content_type": "application/x-www-form-urlencoded"}
    assert front.ask("POST", "/idp/recovery", data=b"x" * 70_000, **form)[0] == 413
    assert front.ask("POST", "/idp/token", data=b"x=" + b"x" * 15_000, **form)[0] == 400
    assert front.ask("GET", "/idp/authorize?state=" + "s" * 7_000)[0] == 400
    assert front.ask("GET", "/idp/authorize?state=" + "s" * 9_000)[0] == 414
    assert front.ask("GET", "/idp/userinfo", headers={"Authorization": f"Bearer {'t' * 16_000}"})[0] == 401


@pytest.mark.parametrize("path", ["/metrics", "/idp/metrics", "/healthz", "/idp/readyz", "/health/ready", "/account", "/"])
def test_what_is_closed_to_the_outside(front: Front, path: str) -> None:
    assert front.ask("GET", path)[0] == 404


def test_plain_http_leads_to_https(front: Front) -> None:
    connection = HTTPConnection("127.0.0.1", front.site.plain, timeout=10)
    connection.request("GET", "/idp/account?x=1", headers={"Host": "localhost"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (308, f"https://localhost:{front.site.tls}/idp/account?x=1")
    connection.close()


def speaking(certificates: Certificates, version: ssl.TLSVersion, ciphers: str = "ALL:@SECLEVEL=0") -> ssl.SSLContext:
    context = certificates.trusting()
    context.set_ciphers(ciphers)
    context.minimum_version = context.maximum_version = version
    return context


def test_tls_1_3_and_1_2_with_forward_secrecy_and_gcm(front: Front) -> None:
    """FAPI 2.0 Security Profile 5.2.1, RFC 9325 4.2."""
    assert front.handshake(front.certificates.trusting())[0] == "TLSv1.3"
    newest = speaking(front.certificates, ssl.TLSVersion.TLSv1_2)
    version, cipher = front.handshake(newest)
    assert (version, cipher.startswith("ECDHE-ECDSA-AES"), "GCM" in cipher) == ("TLSv1.2", True, True)
    with pytest.raises(ssl.SSLError, match=r"(?i)handshake.failure"):
        front.handshake(
            speaking(front.certificates, ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA")
        )
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized.name"):
        front.handshake(front.certificates.trusting(), "other.example")


def test_tls_1_1_is_refused(front: Front) -> None:
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        older = speaking(front.certificates, ssl.TLSVersion.TLSv1_1)
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
        front.handshake(older)


def test_browsers_are_spoken_to_in_http_2(front: Front) -> None:
    """Which the provider itself leaves to the proxy."""
    assert front.speaks() == "h2"


def test_both_forms_of_the_example_are_without_complaint(tmp_path: Path, front: Front) -> None:
    for path in (True, False):
        assert complaints(configured(tmp_path, front.site, front.certificates, path=path)) == ""


def test_its_logs_hold_no_address(front: Front) -> None:
    """What stands in a path may be a secret: the link of a mail, the handle of a sign-in."""
    assert front.ask("GET", "/idp/recovery/link/s3cret-handle")[0] in (303, 400, 404)
    logs = sorted(front.stack.folder.glob("*.log"))
    assert {log.name for log in logs} >= {"idp.log", "idp-errors.log"}
    assert "GET 303" in (front.stack.folder / "idp.log").read_text()
    assert [log.name for log in logs if "s3cret-handle" in log.read_text() or "code=" in log.read_text()] == []
