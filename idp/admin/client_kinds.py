"""What kind of application? Each answer brings defaults, and asks only what matters to that kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.clients.metadata import WITH_CUSTOMERS, ClientMetadata

ABOUT_ITSELF = ("client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts")
KEYS = ("jwks_uri", "jwks", "token_endpoint_auth_signing_alg")
SIGN_IN = ("default_acr_values", "default_max_age")
LIFETIMES = ("access_token_lifetime", "refresh_token_lifetime", "refresh_token_idle_lifetime")
REQUESTS = (
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "request_object_signing_alg",
    "request_uris",
)
RULES = ("profile", "require_pkce")
TOKENS = (*LIFETIMES, "access_token_format", "dpop_bound_access_tokens", "subject_type", "id_token_signed_response_alg")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of application. `asked` is shown at once, `more` on demand; `methods` are the ways it can prove itself."""

    key: str
    name: str
    about: str
    defaults: Mapping[str, object]
    asked: tuple[str, ...]
    more: tuple[str, ...]
    methods: frozenset[str]


_CONFIDENTIAL = frozenset({"client_secret_basic", "client_secret_post", "private_key_jwt"})
_PUBLIC = frozenset({"none"})
_ADDRESSES = ("redirect_uris", "post_logout_redirect_uris")
_BACK = ("backchannel_logout_uri", "backchannel_logout_session_required")
_IN_BROWSER = ("frontchannel_logout_uri", "frontchannel_logout_session_required", "initiate_login_uri")
_SECTOR = ("sector_identifier_uri",)
_ANSWERS = ("introspection_signed_response_alg",)
_METHOD = "token_endpoint_auth_method"
_NAMED = ("client_name", "client_id", "brand")
_WITH_CUSTOMERS = ("scope", "consent")

KINDS: tuple[Kind, ...] = (
    Kind(
        "web",
        "Web application",
        "Pages that a server makes. It can keep a secret.",
        {
            "application_type": "web",
            "grant_types": ("authorization_code", "refresh_token"),
            "token_endpoint_auth_method": "client_secret_basic",
            "scope": "openid profile email",
        },
        (*_NAMED, *_ADDRESSES, *_WITH_CUSTOMERS),
        (
            *(_METHOD, *KEYS, *_BACK, *_IN_BROWSER, "grant_types", "resources", *SIGN_IN, *TOKENS, *RULES),
            *(*REQUESTS, *_SECTOR, *_ANSWERS, *ABOUT_ITSELF),
        ),
        _CONFIDENTIAL,
    ),
    Kind(
        "native",
        "Native application",
        "Installed on a phone or a computer. It cannot keep a secret, so PKCE protects it.",
        {
            "application_type": "native",
            "grant_types": ("authorization_code", "refresh_token"),
            "token_endpoint_auth_method": "none",
            "scope": "openid profile email",
        },
        (*_NAMED, *_ADDRESSES, *_WITH_CUSTOMERS),
        ("grant_types", "resources", *SIGN_IN, *TOKENS, *_SECTOR, *ABOUT_ITSELF),
        _PUBLIC,
    ),
    Kind(
        "spa",
        "Single-page application",
        "Runs in the browser alone, without a server of its own. It cannot keep a secret, so PKCE protects it.",
        {
            "application_type": "web",
            "grant_types": ("authorization_code", "refresh_token"),
            "token_endpoint_auth_method": "none",
            "scope": "openid profile email",
        },
        (*_NAMED, *_ADDRESSES, *_WITH_CUSTOMERS),
        (*_IN_BROWSER, "grant_types", "resources", *SIGN_IN, *TOKENS, *_SECTOR, *ABOUT_ITSELF),
        _PUBLIC,
    ),
    Kind(
        "service",
        "Service",
        "A program that works by itself, at night for instance. No customer signs in to it.",
        {
            "application_type": "web",
            "grant_types": ("client_credentials",),
            "token_endpoint_auth_method": "client_secret_basic",
            "scope": "",
        },
        (*_NAMED, "token_endpoint_auth_method", "scope", "resources"),
        (*KEYS, "access_token_lifetime", "access_token_format", "dpop_bound_access_tokens", "profile", "contacts"),
        _CONFIDENTIAL,
    ),
    Kind(
        "api",
        "Resource server",
        "An API that accepts our access tokens, and asks us whether they are good.",
        {"application_type": "web", "grant_types": (), "token_endpoint_auth_method": "client_secret_basic", "scope": ""},
        (*_NAMED, "owns", "token_endpoint_auth_method"),
        (*KEYS, *_ANSWERS, "profile", "contacts"),
        _CONFIDENTIAL,
    ),
)
BY_KEY: Mapping[str, Kind] = {kind.key: kind for kind in KINDS}


def kind_of(meta: ClientMetadata) -> Kind:
    """The kind that a client most looks like."""
    if not WITH_CUSTOMERS & set(meta.grant_types):
        return BY_KEY["service" if "client_credentials" in meta.grant_types else "api"]
    if meta.token_endpoint_auth_method != "none":
        return BY_KEY["web"]
    return BY_KEY["native" if meta.application_type == "native" else "spa"]
