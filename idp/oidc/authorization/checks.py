"""What a matched request must satisfy, in order. Each check has one reason to refuse; none looks at the session."""

import re
from collections.abc import Callable

from idp.clients.metadata import SCOPE_TOKEN
from idp.clients.profiles import Profile
from idp.core.errors import OAuthError
from idp.oidc.authorization.claims_request import read_claims
from idp.oidc.authorization.request import LONGEST_STATE, MatchedRequest
from idp.oidc.authorization.response_types import CODE, TOKEN, grant_of, spelled, through_the_browser, words_of
from idp.oidc.authorization.scopes import SCOPES
from idp.oidc.dpop import THUMBPRINT

# In characters. What is longer is never stored nor sent back (P2, P12).
LONGEST = {"state": LONGEST_STATE, "nonce": 512, "scope": 2048, "claims": 4096, "acr_values": 1024, "prompt": 256}
# `create` is that of OpenID Connect "Initiating User Registration" 1.0: the customer begins online access.
PROMPTS = frozenset({"none", "login", "consent", "select_account", "create"})
S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7636 4.2: SHA-256 in base64url
NUMBER = re.compile(r"[0-9]{1,20}")

Check = Callable[[MatchedRequest, Profile], None]


def nothing_is_repeated(matched: MatchedRequest, profile: Profile) -> None:
    """RFC 6749 3.1: no parameter more than once."""
    if matched.request.repeated:
        raise OAuthError("invalid_request", "A parameter was sent more than once")


def nothing_is_too_long(matched: MatchedRequest, profile: Profile) -> None:
    """P2, P12: bounded texts."""
    for name, most in LONGEST.items():
        if len(getattr(matched.request, name) or "") > most:
            raise OAuthError("invalid_request", f"{name} is longer than {most} characters")


def nobody_registers_here(matched: MatchedRequest, profile: Profile) -> None:
    """Core 7.2.1: what is not supported is refused by its own code."""
    if matched.request.registration is not None:
        raise OAuthError("registration_not_supported", "registration is not supported")


def comes_as_it_must(matched: MatchedRequest, profile: Profile) -> None:
    """FAPI 2.0 Security Profile 5.3.2.2, RFC 9126 6, RFC 9101 10.5: pushed or signed, where the client is registered so."""
    if matched.client.pushed_only and matched.request.pushed is None:
        raise OAuthError("invalid_request", "This client must push its authorization requests")
    if matched.client.signed_only and matched.request.signed is None:
        raise OAuthError("invalid_request", "This client must sign its authorization requests")


def response_type_is_offered(matched: MatchedRequest, profile: Profile) -> None:
    """RFC 6749 3.1.1: missing is invalid_request, another type unsupported_response_type."""
    if matched.request.response_type is None:
        raise OAuthError("invalid_request", "response_type is missing")
    if spelled(matched.request.response_type) not in profile.response_types:
        raise OAuthError("unsupported_response_type", "response_type is not offered")


def client_may_ask(matched: MatchedRequest, profile: Profile) -> None:
    """RFC 6749 4.1.2.1: the client is registered for this grant, and for what it asks of it."""
    asked = matched.request.response_type
    if not matched.client.may(grant_of(asked)):
        raise OAuthError("unauthorized_client", "The client is not registered for the grant of this response_type")
    if through_the_browser(asked) and spelled(asked) not in matched.client.response_types:
        raise OAuthError("unauthorized_client", "The client is not registered for this response_type")


def tokens_may_come_this_way(matched: MatchedRequest, profile: Profile) -> None:
    """Core 3.2.2.1, OAuth 2.0 Multiple Response Types 5: what holds for tokens that come through the browser."""
    request = matched.request
    if not through_the_browser(request.response_type):
        return
    if not request.is_openid:
        raise OAuthError("invalid_scope", "This response_type needs the scope openid")
    if request.nonce is None:
        raise OAuthError("invalid_request", "nonce is missing, which this response_type needs")
    if request.response_mode == "query":
        raise OAuthError("invalid_request", "Tokens are never sent in a query")
    if TOKEN in words_of(request.response_type) and (request.dpop_jkt or matched.client.sender_constrained):
        raise OAuthError("invalid_request", "A token that comes through the browser is bound to no key")


def response_mode_is_offered(matched: MatchedRequest, profile: Profile) -> None:
    """OAuth 2.0 Multiple Response Types 2.1, Form Post 1.0."""
    if matched.request.response_mode not in (None, *profile.response_modes):
        raise OAuthError("invalid_request", "response_mode is not supported")


def redirect_uri_is_named(matched: MatchedRequest, profile: Profile) -> None:
    """FAPI 2.0 Security Profile 5.3.2.2: also where there is but one that could be meant."""
    if profile.pushed_only and not matched.redirect_uri_given:
        raise OAuthError("invalid_request", "This client must name its redirect_uri")


def pkce_is_s256(matched: MatchedRequest, profile: Profile) -> None:
    """RFC 7636 4.3, 4.4.1 and RFC 9700 2.1.1: S256 or, where the client is exempt, nothing at all. It protects codes alone."""
    if CODE not in words_of(matched.request.response_type):
        return
    challenge, method = matched.request.code_challenge, matched.request.code_challenge_method
    if challenge is None and method is None:
        exempt = profile.pkce_optional and not matched.client.public and not matched.client.require_pkce
        if not exempt:
            raise OAuthError("invalid_request", "code_challenge is missing: this client must use PKCE")
        return
    # A missing method means plain (RFC 7636 4.3), which shows the verifier to whoever sees the request.
    if method not in profile.code_challenge_methods:
        raise OAuthError("invalid_request", "code_challenge_method must be S256")
    if challenge is None or not S256_CHALLENGE.fullmatch(challenge):
        raise OAuthError("invalid_request", "code_challenge must be 43 characters of base64url")


def dpop_jkt_is_a_thumbprint(matched: MatchedRequest, profile: Profile) -> None:
    """RFC 9449 10: the SHA-256 thumbprint of a key."""
    if matched.request.dpop_jkt is not None and not THUMBPRINT.fullmatch(matched.request.dpop_jkt):
        raise OAuthError("invalid_request", "dpop_jkt must be 43 characters of base64url")


def scope_is_allowed(matched: MatchedRequest, profile: Profile) -> None:
    """RFC 6749 3.3: well formed, and nothing the client is not registered for. Unknown scopes are ignored (Core 3.1.2.1)."""
    words = (matched.request.scope or "").split(" ")
    if not all(SCOPE_TOKEN.fullmatch(word) for word in words if word) or not any(words):
        raise OAuthError("invalid_scope", "scope is missing or malformed")
    if beyond := (set(words) & SCOPES.keys()) - matched.client.scopes:
        raise OAuthError("invalid_scope", f"The client is not registered for the scope {min(beyond)}")
    if not matched.client.scopes & set(words):
        raise OAuthError("invalid_scope", "None of the scopes is known")


def prompt_is_consistent(matched: MatchedRequest, profile: Profile) -> None:
    """Core 3.1.2.1: known values, and `none` alone."""
    prompts = (matched.request.prompt or "").split()
    if not PROMPTS.issuperset(prompts):
        raise OAuthError("invalid_request", "prompt has a value that is not supported")
    if "none" in prompts and len(set(prompts)) > 1:
        raise OAuthError("invalid_request", "prompt=none goes with no other value")


def max_age_is_a_number(matched: MatchedRequest, profile: Profile) -> None:
    """Core 3.1.2.1: seconds, 0 included. ASCII digits only."""
    if matched.request.max_age is not None and not NUMBER.fullmatch(matched.request.max_age):
        raise OAuthError("invalid_request", "max_age must be a number of seconds")


def claims_can_be_read(matched: MatchedRequest, profile: Profile) -> None:
    """Core 5.5."""
    read_claims(matched.request.claims)


def resource_is_theirs(matched: MatchedRequest, profile: Profile) -> None:
    """RFC 8707 2.1: only audiences registered for the client, and one for each access token."""
    asked = set(matched.request.resource)
    if len(asked) > 1 or not asked <= matched.client.resources:
        raise OAuthError("invalid_target", "resource must be one of those registered for the client")


CHECKS: tuple[Check, ...] = (
    nothing_is_repeated,
    nothing_is_too_long,
    nobody_registers_here,
    comes_as_it_must,
    response_type_is_offered,
    client_may_ask,
    response_mode_is_offered,
    tokens_may_come_this_way,
    redirect_uri_is_named,
    pkce_is_s256,
    dpop_jkt_is_a_thumbprint,
    scope_is_allowed,
    prompt_is_consistent,
    max_age_is_a_number,
    claims_can_be_read,
    resource_is_theirs,
)


def check(matched: MatchedRequest, profile: Profile) -> None:
    """Runs every check. Raises the first `OAuthError`."""
    for one in CHECKS:
        one(matched, profile)
