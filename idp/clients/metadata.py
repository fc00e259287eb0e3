"""One schema of client metadata: for clients.yaml, the administrator's form and RFC 7591 registration.

Names are those of RFC 7591 and OpenID Connect Registration 1.0 where these have one; the rest are ours.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from idp.clients.profiles import PROFILES

SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")  # RFC 6749 3.3
CLIENT_ID = r"^[A-Za-z0-9][A-Za-z0-9._~-]{1,127}$"
AuthMethod = Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
GrantType = Literal["authorization_code", "refresh_token", "client_credentials", "implicit"]
ResponseType = Literal["code", "id_token", "id_token token"]
# The grants at which a customer sits at the browser.
WITH_CUSTOMERS = frozenset({"authorization_code", "implicit"})
Acr = Literal["pwd", "2sv", "mfa", "phr"]
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
NEVER_SCHEMES = frozenset({"javascript", "data", "file", "vbscript", "about", "blob", "ftp", "ws", "wss", "view-source"})


class ClientMetadata(BaseModel):
    """What is known of a client. Strict: an unknown name is a mistake, not an extension."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = Field(pattern=CLIENT_ID)
    client_name: str = Field(min_length=1, max_length=120)
    brand: str | None = None
    profile: Literal["baseline", "fapi2"] = "baseline"
    application_type: Literal["web", "native"] = "web"
    redirect_uris: tuple[str, ...] = Field((), max_length=32)
    post_logout_redirect_uris: tuple[str, ...] = Field((), max_length=32)
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = False
    initiate_login_uri: str | None = None
    grant_types: tuple[GrantType, ...] = ("authorization_code",)
    response_types: tuple[ResponseType, ...] = ("code",)
    token_endpoint_auth_method: AuthMethod = "client_secret_basic"
    token_endpoint_auth_signing_alg: Literal["RS256", "PS256", "ES256", "EdDSA"] | None = None
    id_token_signed_response_alg: Literal["RS256", "PS256", "ES256", "EdDSA"] = "RS256"
    userinfo_signed_response_alg: Literal["RS256", "PS256", "ES256", "EdDSA"] | None = None
    introspection_signed_response_alg: Literal["RS256", "PS256", "ES256", "EdDSA"] | None = None
    request_object_signing_alg: Literal["RS256", "PS256", "ES256", "EdDSA"] | None = None
    request_uris: tuple[str, ...] = Field((), max_length=32)
    require_signed_request_object: bool = False
    require_pushed_authorization_requests: bool = False
    access_token_format: Literal["jwt", "opaque"] = "jwt"
    subject_type: Literal["pairwise", "public"] = "pairwise"
    sector_identifier_uri: str | None = None
    scope: str = "openid"
    resources: tuple[str, ...] = ()
    owns: tuple[str, ...] = ()
    jwks: dict[str, Any] | None = None
    jwks_uri: str | None = None
    secret_digests: tuple[str, ...] = ()
    consent: Literal["required", "implied"] = "required"
    require_pkce: bool = True
    dpop_bound_access_tokens: bool = False
    require_auth_time: bool = False
    default_max_age: int | None = Field(None, ge=0, le=10**9)
    default_acr_values: tuple[Acr, ...] = ()
    # Seconds; None is the provider's, and nobody has more than that.
    access_token_lifetime: int | None = Field(None, ge=60, le=3600)
    refresh_token_lifetime: int | None = Field(None, ge=60, le=10**9)
    refresh_token_idle_lifetime: int | None = Field(None, ge=60, le=10**9)
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    contacts: tuple[str, ...] = ()
    software_id: str | None = None
    software_version: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_its_profile_has_it(cls, given: Any) -> Any:
        profile = PROFILES.get(str(given.get("profile"))) if isinstance(given, Mapping) else None
        return given if profile is None else {**profile.defaults, **given, **profile.settled}

    @field_validator("response_types", mode="before")
    @classmethod
    def _words_in_one_order(cls, given: Any) -> Any:
        # OAuth 2.0 Multiple Response Types 3: the order of the words says nothing.
        if not isinstance(given, list | tuple):
            return given
        return [" ".join(sorted(one.split(" "))) if isinstance(one, str) else one for one in given]

    @field_validator("redirect_uris")
    @classmethod
    def _redirects(cls, uris: tuple[str, ...]) -> tuple[str, ...]:
        for uri in uris:
            check_redirect_uri(uri)
        return uris

    @field_validator("post_logout_redirect_uris")
    @classmethod
    def _logout_redirects(cls, uris: tuple[str, ...]) -> tuple[str, ...]:
        for uri in uris:
            check_redirect_uri(uri)
        return uris

    @field_validator("frontchannel_logout_uri", "initiate_login_uri")
    @classmethod
    def _pages(cls, uri: str | None) -> str | None:
        if uri is not None:
            check_redirect_uri(uri)  # browsers are sent there too, with a query of ours
            _check_web_address(uri)
        return uri

    @field_validator("request_uris")
    @classmethod
    def _requests(cls, uris: tuple[str, ...]) -> tuple[str, ...]:
        for uri in uris:
            _check_web_address(uri)
        return uris

    @field_validator(
        "backchannel_logout_uri", "jwks_uri", "sector_identifier_uri", "client_uri", "logo_uri", "policy_uri", "tos_uri"
    )
    @classmethod
    def _web_addresses(cls, uri: str | None) -> str | None:
        if uri is not None:
            _check_web_address(uri)
        return uri

    @field_validator("resources", "owns")
    @classmethod
    def _audiences(cls, uris: tuple[str, ...]) -> tuple[str, ...]:
        for uri in uris:
            if not urlsplit(uri).scheme or "#" in uri:  # RFC 8707 2
                raise ValueError(f"{uri} must be an absolute address without a fragment")
        return uris

    @field_validator("scope")
    @classmethod
    def _scope(cls, scope: str) -> str:
        if not all(SCOPE_TOKEN.fullmatch(word) for word in scope.split(" ") if scope):
            raise ValueError("words separated by single spaces")
        return scope

    @field_validator("secret_digests")
    @classmethod
    def _digests(cls, digests: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch(r"[0-9a-f]{64}", one) for one in digests):
            raise ValueError("each must be the SHA-256 of a secret in 64 hex digits; secrets themselves never stand here")
        return digests

    @field_validator("jwks")
    @classmethod
    def _public_keys(cls, jwks: dict[str, Any] | None) -> dict[str, Any] | None:
        keys = jwks.get("keys") if jwks is not None else []
        if not isinstance(keys, list) or not all(isinstance(key, Mapping) for key in keys):
            raise ValueError("must be a key set: {keys: [...]}")
        if any(PRIVATE_MEMBERS & key.keys() for key in keys):
            raise ValueError("holds a private or symmetric key; publish only the public part")
        return jwks

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if WITH_CUSTOMERS & set(self.grant_types) and not self.redirect_uris:
            raise ValueError("redirect_uris: needs at least one address for the authorization_code grant")
        fronted = any("id_token" in one for one in self.response_types)  # RFC 7591 2.1
        if fronted and "implicit" not in self.grant_types:
            raise ValueError("response_types: id_token goes with the grant type implicit")
        if "implicit" in self.grant_types and not fronted:
            raise ValueError("grant_types: implicit goes with a response type that holds id_token")
        if self.jwks is not None and self.jwks_uri is not None:
            raise ValueError("jwks_uri: give jwks or jwks_uri, not both of them")
        if self.token_endpoint_auth_method == "private_key_jwt" and self.jwks is None and self.jwks_uri is None:
            raise ValueError("jwks_uri: private_key_jwt needs jwks or jwks_uri")
        if self.require_signed_request_object and self.jwks is None and self.jwks_uri is None:
            raise ValueError("require_signed_request_object: needs jwks or jwks_uri")
        if self.token_endpoint_auth_method == "none":
            if "client_credentials" in self.grant_types:
                raise ValueError("grant_types: a public client cannot use client_credentials")
            if not self.require_pkce:
                raise ValueError("require_pkce: a public client must use PKCE")
        if self.consent == "implied" and self.brand is None:
            raise ValueError("consent: implied is for clients of a brand")
        return self


def check_redirect_uri(uri: str) -> None:
    """Raises ValueError for an address that may never receive an answer (P8)."""
    parts = _split(uri)
    if not parts.scheme or "#" in uri or "*" in uri or any(ord(c) <= 32 or ord(c) > 126 for c in uri) or "\\" in uri:
        raise ValueError(f"{uri!r} must be an absolute address without fragment, wildcard or spaces")
    if parts.scheme in NEVER_SCHEMES:
        raise ValueError(f"{uri!r}: this scheme is never redirected to")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"{uri!r} must not carry a name or password")
    if parts.scheme in ("http", "https"):
        _check_web_address(uri)


def is_loopback(host: str | None) -> bool:
    """Whether a host name of an address is this machine's own (RFC 8252 7.3)."""
    try:
        return host == "localhost" or (host is not None and ip_address(host).is_loopback)
    except ValueError:
        return False


def _check_web_address(uri: str) -> None:
    parts = _split(uri)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{uri!r} must be an https address")
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"{uri!r} must not carry a name or password")
    if "%" in parts.netloc:  # a zone of this machine (RFC 6874), or another host by the time it is decoded
        raise ValueError(f"{uri!r}: its host must be spelled out, without %")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError(f"{uri!r} must use https; http is for loopback only")


def _split(uri: str) -> SplitResult:
    try:
        parts = urlsplit(uri)
        _ = parts.port  # a malformed port raises only when it is read
    except ValueError:
        raise ValueError(f"{uri!r} is not an address") from None
    return parts
