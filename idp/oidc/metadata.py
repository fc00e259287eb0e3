"""Discovery (OpenID Connect Discovery 1.0, RFC 8414): built from the tables, so that it cannot lie."""

from collections.abc import Collection, Iterable
from typing import Any

from idp.clients.profiles import PROFILES, Profile
from idp.oidc.authorization.checks import PROMPTS
from idp.oidc.authorization.response_types import grant_of
from idp.oidc.authorization.scopes import SCOPES
from idp.oidc.dpop_keys import ALGS as DPOP_ALGS
from idp.oidc.grants import GRANTS
from idp.oidc.tokens.claims import RECOVERED_AT, SIGN_IN_CLAIMS, SUBJECT_CLAIMS
from idp.oidc.tokens.keys import ALGORITHMS
from idp.signin.policy import ACR_VALUES

TOKEN = "/token"
AUTHORIZE = "/authorize"
USERINFO = "/userinfo"
INTROSPECT = "/introspect"
REVOKE = "/revoke"
END_SESSION = "/logout"
CHECK_SESSION = "/check-session"
JWKS = "/jwks"
REGISTER = "/register"
PAR = "/par"


def provider_metadata(issuer: str, languages: Iterable[str], profiles: Collection[Profile]) -> dict[str, Any]:
    """The document for `issuer`, who offers `profiles`; `languages` are BCP 47 tags of the pages."""
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZE,
        "token_endpoint": issuer + TOKEN,
        "userinfo_endpoint": issuer + USERINFO,
        "jwks_uri": issuer + JWKS,
        "introspection_endpoint": issuer + INTROSPECT,
        "revocation_endpoint": issuer + REVOKE,
        "end_session_endpoint": issuer + END_SESSION,
        "check_session_iframe": issuer + CHECK_SESSION,
        "registration_endpoint": issuer + REGISTER,
        "pushed_authorization_request_endpoint": issuer + PAR,
        "require_pushed_authorization_requests": False,
        **_requests(profiles),
        "ui_locales_supported": list(dict.fromkeys(languages)),
        "subject_types_supported": ["pairwise", "public"],
        "id_token_signing_alg_values_supported": list(ALGORITHMS),
        "userinfo_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_signing_alg_values_supported": list(DPOP_ALGS),
        **_client_authentication(),
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
    }


def _requests(profiles: Collection[Profile]) -> dict[str, Any]:
    response_types = _all(p.response_types for p in profiles)
    grants = [grant.GRANT_TYPE for grant in GRANTS], map(grant_of, response_types)
    return {
        "response_types_supported": response_types,
        "response_modes_supported": _all(p.response_modes for p in profiles),
        "grant_types_supported": _all(grants),
        "code_challenge_methods_supported": _all(p.code_challenge_methods for p in profiles),
        "prompt_values_supported": sorted(PROMPTS),
        "scopes_supported": list(SCOPES),
        "acr_values_supported": list(ACR_VALUES),
        "claims_supported": sorted({*SIGN_IN_CLAIMS, *SUBJECT_CLAIMS, RECOVERED_AT}),
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "request_parameter_supported": True,
        "request_uri_parameter_supported": True,
        "require_request_uri_registration": True,
        "require_signed_request_object": False,
        "request_object_signing_alg_values_supported": _all(p.request_object_algs for p in profiles),
    }


def _client_authentication() -> dict[str, Any]:
    methods = _all(p.client_auth for p in PROFILES.values())
    algs = _all(p.assertion_algs for p in PROFILES.values())
    known = {"token": methods, "revocation": methods, "introspection": [one for one in methods if one != "none"]}
    return {f"{place}_endpoint_auth_methods_supported": those for place, those in known.items()} | {
        f"{place}_endpoint_auth_signing_alg_values_supported": algs for place in known
    }


def _all(rows: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(value for row in rows for value in row))
