"""The certificate and the key of a provider that ends TLS by itself: looked at before the port is opened."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from idp.cli.failures import Exit, Failure
from idp.core.logs import get_log
from idp.settings import Settings

# Programs that renew do it when a third of a certificate's life is left. Whoever is told later still has time.
TOLD_WITHIN, TOLD_IN_LAST = timedelta(days=14), 1 / 4

log = get_log(__name__)


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM: the server's certificate followed by those that lead to its authority, and its key.

    `digest` tells what they held from what they hold after a renewal; `ends` is when the server's own certificate ends.
    """

    certificate: Path
    key: Path
    ends: datetime | None = field(default=None, compare=False)
    digest: bytes = field(default=b"", compare=False, repr=False)


class Renewals:
    """Looks whether the files that are served hold another pair by now; `look` finds what they hold, or raises `Failure`."""

    def __init__(self, served: Tls | None, look: Callable[[], Tls | None]) -> None:
        self._served = served
        self._look = look

    @property
    def ends(self) -> datetime | None:
        """When the certificate that is served ends; None where a proxy ends TLS."""
        return None if self._served is None else self._served.ends

    def next(self) -> Tls | None:
        """The renewed pair, once; None where it is the same, or cannot be used: then what was served still is."""
        if self._served is None:
            return None
        try:
            found = self._look()
        except Failure as failure:
            log.error("tls_certificate_not_taken", because="; ".join(failure.problems))
            return None
        if found is None or found.digest == self._served.digest:
            return None
        log.info("tls_certificate_renewed", certificate=str(found.certificate))
        self._served = found
        return found


def tls_of(certificate: Path | None, key: Path | None, settings: Settings, now: datetime) -> Tls | None:
    """What to serve with; None where a proxy ends TLS. Raises `Failure` where the two cannot be used.

    A certificate that clients will refuse is only told of in the log: for those who look at that, it may still be good.
    """
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise _unusable("--tls-cert and --tls-key belong together: give both, or neither")
    if not settings.https:
        raise _unusable("IDP_ISSUER: is http, while --tls-cert serves https alone; make it https://…")
    shown, secret = _read("--tls-cert", certificate), _read("--tls-key", key)
    served = _certificate(certificate, shown)
    if _bits(served.public_key()) != _bits(_key(key, secret).public_key()):
        raise _unusable(
            f"--tls-key: {key} is not the key of the first certificate in {certificate}; "
            "give the key it was made for, and put the server's own certificate first"
        )
    for because in doubts(served, urlsplit(settings.issuer).hostname or "", now):
        log.warning("tls_certificate_doubtful", certificate=str(certificate), because=because)
    return Tls(certificate, key, served.not_valid_after_utc, hashlib.sha256(shown + secret).digest())


def doubts(served: x509.Certificate, host: str, now: datetime) -> list[str]:
    """Why clients refuse `served` at `host`, or soon will, in words for the log."""
    begins, ends, over = served.not_valid_before_utc, served.not_valid_after_utc, []
    if not begins <= now <= ends:
        over = ["it is not valid today"]
    elif ends - now < min(TOLD_WITHIN, (ends - begins) * TOLD_IN_LAST):
        over = [f"it ends at {ends:%Y-%m-%d %H:%M} UTC"]
    return over + ([] if _is_for(served, host) else [f"it is not for {host}"])


def _is_for(served: x509.Certificate, host: str) -> bool:
    try:
        names = served.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    try:
        return ip_address(host) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        known = {name.lower() for name in names.get_values_for_type(x509.DNSName)}
        return not known.isdisjoint({host, f"*.{host.partition('.')[2]}"})


def _certificate(path: Path, content: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(content)[0]
    except ValueError:
        raise _unusable(f"--tls-cert: {path} holds no certificate in PEM") from None


def _key(path: Path, content: bytes) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(content, None)
    except TypeError:
        open_it = f"openssl pkey -in {path} -out KEY"
        raise _unusable(f"--tls-key: {path} is encrypted, and nobody is there to be asked; store it open: {open_it}") from None
    except ValueError:
        raise _unusable(f"--tls-key: {path} holds no private key in PEM") from None


def _read(option: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unusable(f"{option}: cannot read {path}: {error.strerror}") from None


def _bits(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _unusable(problem: str) -> Failure:
    return Failure(Exit.UNUSABLE, problem)
