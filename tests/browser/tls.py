"""TLS in front of servers that speak plain HTTP, as a reverse proxy would be, with certificates of the day."""

import base64
import hashlib
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "upgrade"})


@dataclass(frozen=True, slots=True)
class Certificates:
    """`authority` is the file that clients trust, `server` the chain with its key; `pin` is what Chromium is told to trust."""

    authority: Path
    server: Path
    pin: str


def make_certificates(folder: Path, names: tuple[str, ...]) -> Certificates:
    """An authority, and one certificate of it for all `names`, valid for a day."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Authority of the tests", root_key, root_key, x509.BasicConstraints(ca=True, path_length=0))
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    leaf = _certificate(names[0], key, root_key, alternatives)
    made = Certificates(folder / "authority.pem", folder / "server.pem", _pin(key))
    made.authority.write_bytes(root.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made.server.write_bytes(secret + leaf.public_bytes(Encoding.PEM))
    return made


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: ec.EllipticCurvePrivateKey, what: x509.ExtensionType
) -> x509.Certificate:
    root = key is issuer
    now = datetime.now(UTC)
    issued_by = name if root else "Authority of the tests"
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issued_by)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(what, critical=root)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)
    )
    if root:
        builder = builder.add_extension(_signs_certificates(), critical=True)
    return builder.sign(issuer, SHA256())


def _signs_certificates() -> x509.KeyUsage:
    names = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "crl_sign", "encipher_only")
    return x509.KeyUsage(digital_signature=True, key_cert_sign=True, decipher_only=False, **dict.fromkeys(names, False))


def _pin(key: ec.EllipticCurvePrivateKey) -> str:
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(spki).digest()).decode()


class Front(ThreadingHTTPServer):
    """Listens on a free port; `routes` maps the names of hosts to the ports of the servers behind."""

    def __init__(self, certificates: Certificates, routes: Mapping[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Forward)
        self.routes = routes
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.server)
        # The handshake is left to the thread of each connection: a slow one must not hold up the others.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, *_: object) -> None:
        """A browser that hangs up is no fault."""


class _Forward(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Front

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        behind = HTTPConnection("127.0.0.1", self.server.routes[self.headers["Host"].partition(":")[0]], timeout=30)
        behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP_BY_HOP:
                behind.putheader(name, value)
        behind.putheader("X-Forwarded-For", self.client_address[0])
        behind.putheader("X-Forwarded-Proto", "https")
        behind.putheader("Content-Length", str(len(body)))
        behind.endheaders(body)
        answer = behind.getresponse()
        content = answer.read()
        behind.close()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def a_front(certificates: Certificates, routes: Mapping[str, int]) -> Iterator[int]:
    """Answers the port."""
    with Front(certificates, routes) as front:
        thread = threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield front.server_port
        front.shutdown()
        thread.join()
