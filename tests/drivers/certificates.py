"""Certificates made anew, and an authority that signs them: for every test that speaks TLS."""

import base64
import hashlib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


@dataclass(frozen=True, slots=True)
class Certificates:
    """`authority` is the file that clients trust, `server` the certificate with its key, which `key` holds by itself.

    `pin` is what Chromium is told to trust.
    """

    authority: Path
    server: Path
    key: Path
    pin: str

    def serving(self) -> ssl.SSLContext:
        """The context of a server that has this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server)
        return context

    def trusting(self) -> ssl.SSLContext:
        """The context of a client that trusts this authority and no other."""
        return ssl.create_default_context(cafile=str(self.authority))


def make_certificates(folder: Path, names: tuple[str, ...], days: int = 60) -> Certificates:
    """An authority, and one certificate of it for all `names`, both valid for so many days."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Authority of the tests", root_key, root_key, x509.BasicConstraints(ca=True, path_length=0), days)
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    leaf = _certificate(names[0], key, root_key, alternatives, days)
    made = Certificates(folder / "authority.pem", folder / "server.pem", folder / "server.key", _pin(key))
    made.authority.write_bytes(root.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made.key.write_bytes(secret)
    made.server.write_bytes(secret + leaf.public_bytes(Encoding.PEM))
    return made


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: ec.EllipticCurvePrivateKey, what: x509.ExtensionType, days: int
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
        .not_valid_after(now + timedelta(days=days))
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
