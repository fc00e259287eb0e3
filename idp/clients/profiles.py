"""Profiles: security rules as data. A client names its profile; where specifications disagree, the row decides."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Profile:
    """One set of rules.

    `response_types`: what may be asked for; `front_channel`: what besides, where the operator lets tokens through the browser.
    `pkce_optional`: whether a confidential client may be registered with `require_pkce: false`. `pushed_only`: whether requests
    must come through the pushed authorization request endpoint. `sender_constrained`: whether every token is bound to a key of
    its client. `rotates_refresh`: whether a refresh token is replaced at each use. `client_auth`: the ways a client may
    authenticate. `assertion_life`: how far ahead a client assertion may end; `assertion_for_endpoint`: whether it may name an
    endpoint as its audience, or several audiences that are ours, instead of the issuer as one text. `request_object_algs`:
    what request objects may be signed with; `request_object_life`: for how long one may be good, where it must say so and name
    its parties (None: it need not); `merges_request_objects`: whether parameters beside an object count where it is silent
    (Core 6.1), and not the object alone (RFC 9101). `token_algs`: what tokens for the client may be signed with; the first is
    the usual one. `defaults`: metadata of a client that says nothing else, where they are not the usual.
    `settled`: metadata of its clients whatever they say (RFC 7591 3.2.1), so that a registration tells what holds.
    """

    response_types: tuple[str, ...]
    front_channel: tuple[str, ...]
    response_modes: tuple[str, ...]
    code_challenge_methods: tuple[str, ...]
    pkce_optional: bool
    pushed_only: bool
    sender_constrained: bool
    rotates_refresh: bool
    client_auth: tuple[str, ...]
    assertion_algs: tuple[str, ...]
    assertion_life: timedelta
    assertion_for_endpoint: bool
    request_object_algs: tuple[str, ...]
    request_object_life: timedelta | None
    merges_request_objects: bool
    token_algs: tuple[str, ...]
    defaults: Mapping[str, str]
    settled: Mapping[str, bool]


BASELINE = Profile(
    response_types=("code",),
    front_channel=("id_token", "id_token token"),  # Core 15.2
    response_modes=("query", "fragment", "form_post"),
    code_challenge_methods=("S256",),
    pkce_optional=True,
    pushed_only=False,
    sender_constrained=False,
    rotates_refresh=True,
    client_auth=("private_key_jwt", "client_secret_basic", "client_secret_post", "none"),
    assertion_algs=("RS256", "PS256", "ES256", "EdDSA"),
    assertion_life=timedelta(hours=1),
    assertion_for_endpoint=True,
    request_object_algs=("RS256", "PS256", "ES256", "EdDSA"),
    request_object_life=None,
    merges_request_objects=True,
    token_algs=("RS256", "PS256", "ES256", "EdDSA"),
    defaults={},
    settled={},
)
# FAPI 2.0 Security Profile, 5.3.2 and 5.4.
FAPI2 = Profile(
    response_types=("code",),
    front_channel=(),
    response_modes=("query", "form_post"),
    code_challenge_methods=("S256",),
    pkce_optional=False,
    pushed_only=True,
    sender_constrained=True,
    rotates_refresh=False,
    client_auth=("private_key_jwt",),
    assertion_algs=("PS256", "ES256", "EdDSA"),
    assertion_life=timedelta(minutes=5),
    assertion_for_endpoint=False,
    request_object_algs=("PS256", "ES256", "EdDSA"),
    request_object_life=timedelta(minutes=60),  # FAPI 2.0 Message Signing 5.3.1
    merges_request_objects=False,
    token_algs=("ES256", "PS256", "EdDSA"),
    defaults={"id_token_signed_response_alg": "ES256", "token_endpoint_auth_method": "private_key_jwt"},
    settled={"dpop_bound_access_tokens": True, "require_pushed_authorization_requests": True},
)

PROFILES: dict[str, Profile] = {"baseline": BASELINE, "fapi2": FAPI2}


def offered(*, front_channel: bool) -> dict[str, Profile]:
    """The profiles as this provider offers them: with response types that send tokens through the browser, or without."""
    more = {name: replace(one, response_types=one.response_types + one.front_channel) for name, one in PROFILES.items()}
    return more if front_channel else PROFILES
