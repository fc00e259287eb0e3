"""A client: what a registered relying party is and what it may do. Pure; the registry finds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from idp.clients.metadata import ClientMetadata, is_loopback
from idp.clients.profiles import PROFILES


@dataclass(frozen=True, slots=True)
class SecretDigest:
    """What is kept of a client secret; two are live during rotation."""

    digest: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnLifetimes:
    """How long its tokens last at most; None is as long as everybody's. `refresh` ends all that came of one sign-in."""

    access: timedelta | None
    refresh: timedelta | None
    refresh_idle: timedelta | None


@dataclass(frozen=True, slots=True)
class Client:
    """A relying party or resource server, as its metadata describe it."""

    id: str
    name: str
    brand: str | None
    profile: str
    application_type: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    backchannel_logout_uri: str | None
    frontchannel_logout_uri: str | None
    initiate_login_uri: str | None
    grant_types: frozenset[str]
    response_types: frozenset[str]
    scopes: frozenset[str]
    auth_method: str
    auth_signing_alg: str | None
    id_token_alg: str
    userinfo_alg: str | None
    introspection_alg: str
    request_object_alg: str | None
    request_uris: tuple[str, ...]
    signed_only: bool
    pushed_only: bool
    access_token_format: str
    subject_type: str
    sector: str
    resources: frozenset[str]
    default_resource: str | None
    owns: frozenset[str]
    jwks: Mapping[str, Any] | None
    jwks_uri: str | None
    secret_digests: tuple[SecretDigest, ...]
    consent: str
    require_pkce: bool
    sender_constrained: bool
    default_max_age: int | None
    default_acr_values: tuple[str, ...]
    lifetimes: OwnLifetimes
    client_uri: str | None
    logo_uri: str | None
    policy_uri: str | None
    tos_uri: str | None
    disabled: bool

    @property
    def public(self) -> bool:
        """Whether it cannot keep a secret (RFC 6749 2.1)."""
        return self.auth_method == "none"

    @property
    def first_party(self) -> bool:
        """A brand's own application: consent is implied, the sector is the brand."""
        return self.consent == "implied"

    def may(self, grant_type: str) -> bool:
        """Whether it may use a grant type."""
        return grant_type in self.grant_types


def client_of(
    meta: ClientMetadata, secrets: tuple[SecretDigest, ...], disabled: bool, *, registered_itself: bool = False
) -> Client:
    """The client that `meta` describes; one that `registered_itself` shares no sector but one whose document names it."""
    return Client(
        id=meta.client_id,
        name=meta.client_name,
        brand=meta.brand,
        profile=meta.profile,
        application_type=meta.application_type,
        **_addresses(meta),
        grant_types=frozenset(meta.grant_types),
        response_types=frozenset(meta.response_types),
        scopes=frozenset(meta.scope.split()),
        auth_method=meta.token_endpoint_auth_method,
        auth_signing_alg=meta.token_endpoint_auth_signing_alg,
        id_token_alg=meta.id_token_signed_response_alg,
        userinfo_alg=meta.userinfo_signed_response_alg,
        introspection_alg=meta.introspection_signed_response_alg or PROFILES[meta.profile].token_algs[0],  # RFC 9701 6
        request_object_alg=meta.request_object_signing_alg,
        request_uris=meta.request_uris,
        signed_only=meta.require_signed_request_object,
        pushed_only=meta.require_pushed_authorization_requests or PROFILES[meta.profile].pushed_only,
        access_token_format=meta.access_token_format,
        subject_type=meta.subject_type,
        sector=_sector(meta, registered_itself),
        resources=frozenset(meta.resources),
        default_resource=meta.resources[0] if meta.resources else None,
        owns=frozenset(meta.owns),
        jwks=meta.jwks,
        jwks_uri=meta.jwks_uri,
        secret_digests=secrets,
        consent=meta.consent,
        require_pkce=meta.require_pkce,
        sender_constrained=meta.dpop_bound_access_tokens or PROFILES[meta.profile].sender_constrained,
        default_max_age=meta.default_max_age,
        default_acr_values=meta.default_acr_values,
        lifetimes=_lifetimes(meta),
        disabled=disabled,
    )


def _addresses(meta: ClientMetadata) -> dict[str, Any]:
    return {
        "redirect_uris": meta.redirect_uris,
        "post_logout_redirect_uris": meta.post_logout_redirect_uris,
        "backchannel_logout_uri": meta.backchannel_logout_uri,
        "frontchannel_logout_uri": meta.frontchannel_logout_uri,
        "initiate_login_uri": meta.initiate_login_uri,
        "client_uri": meta.client_uri,
        "logo_uri": meta.logo_uri,
        "policy_uri": meta.policy_uri,
        "tos_uri": meta.tos_uri,
    }


def _lifetimes(meta: ClientMetadata) -> OwnLifetimes:
    given = (meta.access_token_lifetime, meta.refresh_token_lifetime, meta.refresh_token_idle_lifetime)
    return OwnLifetimes(*(None if one is None else timedelta(seconds=one) for one in given))


def _sector(meta: ClientMetadata, registered_itself: bool) -> str:
    # First-party clients of a brand share it as sector; all others go by the host of their redirect URIs (Core 8.1), or
    # of the document that was fetched there and names every one of these: whoever has the host has said that they belong to it.
    if meta.consent == "implied":
        return f"brand:{meta.brand}"
    # Only an https address proves whose the host is: any application may claim a scheme of its own, with any host behind it.
    own = () if registered_itself else meta.redirect_uris
    proven = own if meta.sector_identifier_uri is None else (meta.sector_identifier_uri,)
    hosts = {parts.hostname if parts.scheme == "https" else None for parts in map(urlsplit, proven)}
    host = hosts.pop() if len(hosts) == 1 else None
    # Everybody's applications live at a loopback host or at none: that is no sector they have in common.
    return f"client:{meta.client_id}" if host is None or is_loopback(host) else f"host:{host}"
