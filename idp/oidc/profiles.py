"""Profiles: security rules as data. A client names its profile; where specifications disagree, the row decides."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Profile:
    """One set of rules.

    `pkce_optional`: whether a confidential client may be registered with `require_pkce: false`. `client_auth`: the ways a
    client may authenticate. `assertion_life`: how far ahead a client assertion may end; `assertion_for_endpoint`: whether it
    may name an endpoint as its audience instead of the issuer.
    """

    response_types: tuple[str, ...]
    response_modes: tuple[str, ...]
    code_challenge_methods: tuple[str, ...]
    pkce_optional: bool
    client_auth: tuple[str, ...]
    assertion_algs: tuple[str, ...]
    assertion_life: timedelta
    assertion_for_endpoint: bool


BASELINE = Profile(
    response_types=("code",),
    response_modes=("query", "fragment", "form_post"),
    code_challenge_methods=("S256",),
    pkce_optional=True,
    client_auth=("private_key_jwt", "client_secret_basic", "client_secret_post", "none"),
    assertion_algs=("RS256", "PS256", "ES256", "EdDSA"),
    assertion_life=timedelta(hours=1),
    assertion_for_endpoint=True,
)

PROFILES: dict[str, Profile] = {"baseline": BASELINE}
