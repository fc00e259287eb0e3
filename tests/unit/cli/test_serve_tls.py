"""`idp serve --tls-cert --tls-key`: TLS 1.3 without a proxy, and one line for each pair of files that cannot be used."""

import json
import os
import re
import signal
import socket
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from structlog.testing import capture_logs

from idp.cli.failures import Failure
from idp.cli.tls import Tls, tls_of
from idp.settings import Settings
from tests.drivers.certificates import Certificates, make_certificates
from tests.drivers.command_line import CommandLine
from tests.drivers.provider import settings_for
from tests.running import wait_until

NOW = datetime.now(UTC)
DAYS = 60
ENDS = NOW + timedelta(days=DAYS)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("tls"), ("localhost",), DAYS)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path, issuer="https://localhost:9443")


def spoken(port: int, context: ssl.SSLContext) -> tuple[str | None, str | None]:
    """The versions of TLS and of HTTP that are agreed on, where the client would speak HTTP/2 too."""
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", port), 10) as connection,
        context.wrap_socket(connection, server_hostname="localhost") as secured,
    ):
        return secured.version(), secured.selected_alpn_protocol()


def days_left(port: int, certificates: Certificates) -> int:
    """What `/metrics` tells of the certificate, in whole days."""
    told = asked(port, certificates.trusting(), "/metrics")[2]
    (left,) = re.findall(r"^idp_tls_certificate_left_seconds (.+)$", told, re.MULTILINE)
    return int(float(left) / 86400)


def answers(port: int, certificates: Certificates) -> bool:
    return asked(port, certificates.trusting(), "/health/ready")[0] == 200


def put(made: Certificates, place: Path) -> None:
    """As programs that renew do: the key and the certificate, one after the other, under the names of before."""
    for name, file in (("key", made.key), ("crt", made.server)):
        (place / f"new.{name}").symlink_to(file)
        (place / f"new.{name}").rename(place / f"served.{name}")


def asked(port: int, context: ssl.SSLContext, path: str, cookie: str = "") -> tuple[int, dict[str, str], str]:
    connection = HTTPSConnection("localhost", port, timeout=10, context=context)
    try:
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
    finally:
        connection.close()


def test_it_speaks_tls_1_3_and_nothing_older(idp: CommandLine, certificates: Certificates) -> None:
    """The sign-in page comes with HSTS and cookies bound to the host; who says nothing in the handshake holds up nobody.

    HTTP/2 is not offered: what limits slow bodies counts connections.
    """
    port = int(idp.environment["IDP_LISTEN"].rpartition(":")[2])
    idp.environment["IDP_ISSUER"] = f"https://localhost:{port}"
    serving = idp.start("serve", "--tls-cert", str(certificates.server), "--tls-key", str(certificates.key))
    wait_until(lambda: serving.runs and answers(port, certificates), OSError, HTTPException)
    with socket.create_connection(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)):
        assert spoken(port, certificates.trusting()) == ("TLSv1.3", "http/1.1")
        older = certificates.trusting()
        older.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
            spoken(port, older)
        status, headers, _ = asked(port, certificates.trusting(), "/account")
        cookie = headers["set-cookie"]
        assert (status, cookie.partition("=")[0], "; Secure" in cookie) == (303, "__Host-idp_browser", True)
        status, headers, page = asked(port, certificates.trusting(), headers["location"], cookie.partition(";")[0])
    assert (status, 'autocomplete="username' in page) == (200, True)
    assert headers["strict-transport-security"].startswith("max-age=63072000")
    document = json.loads(asked(port, certificates.trusting(), "/.well-known/openid-configuration")[2])
    assert document["token_endpoint"] == f"https://localhost:{port}/token"
    assert serving.end().code == 0


def test_a_renewed_certificate_is_taken_at_sighup(idp: CommandLine, certificates: Certificates, tmp_path: Path) -> None:
    """The next worker listens before the last one stops; a pair that does not fit is told of, and nothing changes."""
    port = int(idp.environment["IDP_LISTEN"].rpartition(":")[2])
    idp.environment |= {"IDP_ISSUER": f"https://localhost:{port}", "IDP_WORKERS": "1"}
    put(certificates, tmp_path)
    serving = idp.start("serve", "--tls-cert", str(tmp_path / "served.crt"), "--tls-key", str(tmp_path / "served.key"))
    wait_until(lambda: serving.runs and answers(port, certificates), OSError, HTTPException)
    (tmp_path / "renewed").mkdir()
    assert days_left(port, certificates) == 59
    renewed = make_certificates(tmp_path / "renewed", ("localhost",), days=90)
    put(replace(renewed, key=certificates.key), tmp_path)
    os.kill(serving.pid, signal.SIGHUP)
    wait_until(lambda: "tls_certificate_not_taken" in serving.out + serving.err)
    assert answers(port, certificates)
    put(renewed, tmp_path)
    os.kill(serving.pid, signal.SIGHUP)
    # Refused connections are not among them: somebody listens all the time.
    wait_until(lambda: days_left(port, renewed) == 89, ssl.SSLError, ConnectionResetError, BrokenPipeError, HTTPException)
    assert serving.end().code == 0


def test_what_cannot_be_used_is_told_before_the_port_is_opened(idp: CommandLine, certificates: Certificates) -> None:
    ended = idp.run("serve", "--tls-cert", str(certificates.server), "--tls-key", str(certificates.key))
    assert (ended.code, ended.err) == (78, "idp: IDP_ISSUER: is http, while --tls-cert serves https alone; make it https://…\n")


def refused(settings: Settings, certificate: Path | None, key: Path | None) -> str:
    with pytest.raises(Failure) as failure:
        tls_of(certificate, key, settings, NOW)
    (problem,) = failure.value.problems
    return problem


def test_the_two_files_must_fit(tmp_path: Path, settings: Settings, certificates: Certificates) -> None:
    secret = ec.generate_private_key(ec.SECP256R1())
    sealed, nothing = tmp_path / "sealed.pem", tmp_path / "nothing.pem"
    sealed.write_bytes(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    nothing.write_text("nothing")
    other, missing = make_certificates(tmp_path, ("localhost",)), tmp_path / "missing.pem"
    cert, key = certificates.server, certificates.key
    assert tls_of(None, None, settings, NOW) is None
    assert tls_of(cert, key, settings, NOW) == Tls(cert, key)
    assert refused(settings, cert, None) == refused(settings, None, key)
    assert "both" in refused(settings, cert, None)
    assert refused(settings, missing, key) == f"--tls-cert: cannot read {missing}: No such file or directory"
    assert refused(settings, cert, missing) == f"--tls-key: cannot read {missing}: No such file or directory"
    assert refused(settings, nothing, key) == f"--tls-cert: {nothing} holds no certificate in PEM"
    assert refused(settings, cert, nothing) == f"--tls-key: {nothing} holds no private key in PEM"
    assert "is encrypted" in refused(settings, cert, sealed)
    assert "is not the key of the first certificate" in refused(settings, cert, other.key)


@pytest.mark.parametrize(
    ("issuer", "now", "because"),
    [
        ("https://localhost:9443", NOW, []),
        ("https://id.example", NOW, ["it is not for id.example"]),
        ("https://127.0.0.1", NOW, ["it is not for 127.0.0.1"]),
        ("https://localhost:9443", NOW + timedelta(days=45), []),
        ("https://localhost:9443", ENDS - timedelta(days=13), ["it ends at {ends} UTC"]),
        ("https://localhost:9443", ENDS + timedelta(days=1), ["it is not valid today"]),
        ("https://other.localhost", NOW - timedelta(days=2), ["it is not valid today", "it is not for other.localhost"]),
    ],
)
def test_a_certificate_that_clients_refuse_or_soon_will_serves_and_is_told_of(
    settings: Settings, certificates: Certificates, issuer: str, now: datetime, because: list[str]
) -> None:
    doubted = settings.model_copy(update={"issuer": issuer})
    with capture_logs() as said:
        assert tls_of(certificates.server, certificates.key, doubted, now) is not None
    (served,) = x509.load_pem_x509_certificates(certificates.server.read_bytes())
    ends = f"{served.not_valid_after_utc:%Y-%m-%d %H:%M}"
    assert [line["because"] for line in said] == [reason.format(ends=ends) for reason in because]


def test_a_short_life_is_told_of_in_its_last_quarter(settings: Settings, tmp_path: Path) -> None:
    made = make_certificates(tmp_path, ("localhost",), days=6)
    for left, told in ((timedelta(days=5), 0), (timedelta(days=2), 0), (timedelta(days=1), 1)):
        with capture_logs() as said:
            tls_of(made.server, made.key, settings, NOW + timedelta(days=6) - left)
        assert len(said) == told
