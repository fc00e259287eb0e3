"""Settings: read once from the environment, frozen, handed in. What is unknown, missing or unsafe refuses to start."""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from idp.settings.reading import Seconds, SettingsError, Words, as_line, given_in

__all__ = ["Settings", "SettingsError"]

LEAST_SECRET = 32
# The issuer's path: segments that mean the same however they are written, none of them hidden or relative.
PATH = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Settings(BaseModel):
    """Everything an operator can set. Names in the environment are these with the prefix `IDP_`; durations in seconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(description="The provider's address as customers and clients see it, without a slash at the end")
    database_url: str = Field(description="SQL database: `sqlite:////path/idp.db` or `postgresql+psycopg://…`")
    kv_url: str = Field(description="Brief state: `sqlite:////path/kv.db` or `redis://…`")
    clients_file: Path = Field(description="Brands and clients (`clients.yaml`)")
    data_dir: Path = Field(description="Folder for locks and marks of this host; must exist")
    master_key: SecretStr = Field(
        description="32 random bytes in base64; seals secrets at rest. Several, comma-separated: the first seals, all open. "
        "Or name a file that holds it: `IDP_MASTER_KEY_FILE`"
    )
    mail_url: str = Field(
        description="`smtp://user:password@host:587?starttls=1`, `smtps://…`, `file:///folder`; with IDP_DEMO `demo:`, "
        "and after it any of these for mails to go there too"
    )
    text_url: str = Field(
        "",
        description="Text gateway: `https://…` gets `POST {to, text}`; `file:///folder`; `demo:` with IDP_DEMO. "
        "Without it no text can be sent",
    )
    text_secret: SecretStr = Field(SecretStr(""), description="Sent to the text gateway as bearer token")
    audit_retention: int = Field(
        0,
        ge=0,
        le=36_500,
        description="Days after which entries of the audit trail are removed, up to a signed head; 0 keeps them",
    )
    audit_webhook_url: str = Field("", description="Receiver of the audit trail (`docs/audit.md`)")
    audit_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Signs what the receiver gets; 32 characters or more. Or name a file that holds it: "
        "`IDP_AUDIT_WEBHOOK_SECRET_FILE`",
    )
    audit_webhook_personal: bool = Field(
        False, description="The receiver also gets addresses, devices and other personal facts, which it must be able to forget"
    )
    trusted_proxies: Words = Field((), description="Addresses or networks whose X-Forwarded-For is believed")
    fetch_allow: Words = Field((), description="Hosts and networks the guarded fetcher may reach though they are not public")
    fetch_ca_file: Path | None = Field(None, description="PEM of authorities the guarded fetcher believes beside the system's")
    places_file: Path | None = Field(
        None,
        description="CSV `network,place` (`192.0.2.0/24,Bristol`): what customers are told of where their sessions are; "
        "without it, addresses alone",
    )
    metrics_allow: Words = Field((), description="Addresses or networks that may read `/metrics`, beside this host")
    listen: str = Field("127.0.0.1:9000", description="Address and port to serve on")
    workers: int = Field(0, ge=0, le=256, description="Worker processes; 0 is one per core")
    blocking_threads: int = Field(
        16,
        ge=1,
        le=256,
        description="Threads that serve requests, per worker; up to 14 may wait for servers of clients that hang",
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged")
    debug: bool = Field(False, description="Development only: refused with a public issuer")
    demo: bool = Field(False, description="Shows `/demo`: loopback issuers only")
    hash_memory_kib: int = Field(19456, ge=19456, le=4 * 1024**2, description="argon2id memory, KiB")
    hash_time: int = Field(2, ge=2, le=100, description="argon2id passes")
    code_lifetime: Seconds = Field(timedelta(seconds=60), le=timedelta(seconds=60), description="Authorization code")
    pushed_lifetime: Seconds = Field(timedelta(seconds=90), le=timedelta(minutes=10), description="A pushed request")
    pushed_requests: int = Field(6000, ge=1, description="Requests that one client may push in five minutes; then it must wait")
    dpop_nonces: bool = Field(False, description="Whether DPoP proofs must hold a nonce of ours (RFC 9449 8)")
    interaction_lifetime: Seconds = Field(timedelta(minutes=30), description="A parked request")
    access_token_lifetime: Seconds = Field(timedelta(minutes=10), description="Access token")
    id_token_lifetime: Seconds = Field(timedelta(minutes=10), description="ID token")
    offline_idle: Seconds = Field(timedelta(days=14), description="Offline refresh token unused")
    offline_absolute: Seconds = Field(timedelta(days=30), description="Offline refresh token at most")
    session_idle: Seconds = Field(timedelta(minutes=15), description="Session without activity")
    session_absolute: Seconds = Field(timedelta(hours=8), description="Session at most")
    staff_idle: Seconds = Field(timedelta(minutes=10), description="Session of staff without activity")
    shared_idle: Seconds = Field(timedelta(minutes=10), description="Session on a shared computer without activity")
    shared_absolute: Seconds = Field(timedelta(hours=1), description="Session on a shared computer at most")
    logout_token_lifetime: Seconds = Field(timedelta(minutes=2), description="Back-channel logout token")
    recovery_delay: int = Field(
        24,
        ge=24,
        le=336,
        description="Hours before a lost second factor is removed; 72 at least where its owner is told by one channel only",
    )
    open_registration: bool = Field(
        False, description="Anybody may register a client (RFC 7591); otherwise it takes an initial access token"
    )
    open_registration_pkce_optional: bool = Field(
        False, description="Confidential clients that register without a token may do without PKCE, unless they ask for it"
    )
    front_channel_tokens: bool = Field(
        default=False,
        description="Clients may register for tokens that come through the browser (implicit flow; Core 15.2 asks for it)",
    )
    refresh_grace: Seconds = Field(timedelta(seconds=30), description="A rotated refresh token still gives its successor")
    source_failures: int = Field(20, ge=1, description="Failed sign-ins of one source in five minutes before it must wait")
    network_failures: int = Field(100, ge=1, description="Failed sign-ins of one IPv6 /48 in five minutes before it must wait")
    flood_failures: int = Field(
        300, ge=1, description="Failed sign-ins of unknown browsers, in all, in five minutes from which each of them must wait"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Settings from `IDP_*` names. Raises `SettingsError` with every problem found."""
        values, problems = given_in(environment, cls.model_fields)
        try:
            settings = cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(problems + [as_line(e) for e in error.errors()]) from None
        if environment.get("AUTHLIB_INSECURE_TRANSPORT") and settings.https:
            problems.append("AUTHLIB_INSECURE_TRANSPORT: must not be set with an https issuer; unset it")
        if problems:
            raise SettingsError(problems)
        return settings

    @field_validator("trusted_proxies", "metrics_allow")
    @classmethod
    def _are_networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            ip_network(network, strict=False)
        return networks

    @field_validator("issuer", "database_url", "kv_url", "mail_url", "text_url", "audit_webhook_url")
    @classmethod
    def _is_address(cls, url: str) -> str:
        try:
            _ = urlsplit(url).port  # brackets and a port that are malformed raise only here
        except ValueError:
            raise ValueError("is not an address; in a password, percent-encode what is special") from None
        return url

    @model_validator(mode="after")
    def _safe(self) -> "Settings":
        parts = urlsplit(self.issuer)
        plain = not parts.query and not parts.fragment and PATH.fullmatch(parts.path)
        if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
            raise ValueError(
                "IDP_ISSUER: must be https://host, https://host:port or https://host/path, without a slash at the end"
            )
        if parts.scheme == "http" and not self.loopback:
            raise ValueError("IDP_ISSUER: http is for loopback only; use https")
        if (self.debug or self.demo) and not self.loopback:
            raise ValueError("IDP_DEBUG and IDP_DEMO: refused with a public issuer; unset them")
        if self.audit_webhook_url and len(self.audit_webhook_secret.get_secret_value()) < LEAST_SECRET:
            raise ValueError(f"IDP_AUDIT_WEBHOOK_SECRET: must have {LEAST_SECRET} characters or more")
        if self.audit_webhook_url and urlsplit(self.audit_webhook_url).scheme not in ("https", "http"):
            raise ValueError("IDP_AUDIT_WEBHOOK_URL: must be https://…")
        # A relative path would lead elsewhere with each folder that a process is started in.
        if not self.database_url.startswith(("sqlite:////", "postgresql+psycopg://")):
            raise ValueError("IDP_DATABASE_URL: must be sqlite:////absolute/path or postgresql+psycopg://…")
        if not self.kv_url.startswith(("sqlite:////", "redis://", "rediss://", "unix://")):
            raise ValueError("IDP_KV_URL: must be sqlite:////absolute/path, redis://…, rediss://… or unix://…")
        return self

    @property
    def https(self) -> bool:
        return self.issuer.startswith("https://")

    @property
    def origin(self) -> str:
        """The issuer without its path: where browsers say that our forms come from."""
        return self.issuer.removesuffix(self.path)

    @property
    def path(self) -> str:
        """The issuer's path, such as `/idp`, beneath which every address of ours lies; mostly empty."""
        return urlsplit(self.issuer).path

    @property
    def host(self) -> str:
        """The issuer's host with its port, as browsers send it in `Host`."""
        return urlsplit(self.issuer).netloc

    @property
    def loopback(self) -> bool:
        name = urlsplit(self.issuer).hostname or ""
        return name in LOOPBACK_NAMES or name.endswith(".localhost") or _is_loopback(name)

    @property
    def worker_count(self) -> int:
        """Worker processes to run: as set, otherwise one per core this process may use."""
        return self.workers or len(os.sched_getaffinity(0))

    def cookie_name(self, name: str) -> str:
        """`__Host-` binds a cookie to this host over https; plain http on loopback cannot carry the prefix."""
        return f"__Host-idp_{name}" if self.https else f"idp_{name}"


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
