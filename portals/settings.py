"""What one portal is told when it starts."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from portals.brands import Brand

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")


class Misconfigured(Exception):
    """The portal cannot start; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """The settings of one portal.

    `issuer` is the identity provider's issuer and `base_url` the portal's own public address, both without a trailing
    slash; plain http is for loopback only. `data_dir` holds the private keys and the session store. `idle` and
    `longest` bound a session; `timeout` (seconds) bounds every call to the provider or to the account API. With
    `dpop_nonces` the account API takes a proof of possession only with a nonce of its own (RFC 9449 9).
    """

    brand: Brand
    issuer: str
    base_url: str
    data_dir: Path
    idle: timedelta = field(default=timedelta(minutes=15))
    longest: timedelta = field(default=timedelta(hours=8))
    timeout: float = 5.0
    threads: int = 32
    dpop_nonces: bool = False

    def __post_init__(self) -> None:
        for name, url in (("issuer", self.issuer), ("base URL", self.base_url)):
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
                raise Misconfigured(f"The {name} {url!r} is not a web address: give one such as https://id.example.")
            if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
                raise Misconfigured(f"The {name} {url!r} is plain http: outside this machine it has to be https.")
            if url.endswith("/"):
                raise Misconfigured(f"The {name} {url!r} ends with a slash: leave it out.")

    @property
    def secure(self) -> bool:
        """Whether browsers reach the portal over TLS."""
        return self.base_url.startswith("https://")

    @property
    def client_id(self) -> str:
        """The portal's client_id at the provider."""
        return f"{self.brand.id}-portal"

    @property
    def api_client_id(self) -> str:
        """The account API's client_id at the provider."""
        return f"{self.brand.id}-api"

    @property
    def api_url(self) -> str:
        """The account API's resource identifier, which is also its address (RFC 8707)."""
        return f"{self.base_url}/api"

    @property
    def cookie_name(self) -> str:
        """Cookies ignore ports, so every application on one host needs a name of its own."""
        return f"__Host-{self.brand.id}_portal" if self.secure else f"{self.brand.id}_portal"

    @property
    def language_cookie_name(self) -> str:
        """Where a browser keeps the language that was chosen in it."""
        return f"{self.cookie_name}_language"

    @property
    def issuer_origin(self) -> str:
        """Scheme and authority of the issuer, as a CSP source."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"
