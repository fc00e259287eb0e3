"""Profiles: security rules as data. A client names its profile; where specifications disagree, the row decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """One set of rules.

    `pkce_optional`: whether a confidential client may be registered with `require_pkce: false`.
    """

    response_types: tuple[str, ...]
    response_modes: tuple[str, ...]
    code_challenge_methods: tuple[str, ...]
    pkce_optional: bool


BASELINE = Profile(
    response_types=("code",),
    response_modes=("query", "fragment", "form_post"),
    code_challenge_methods=("S256",),
    pkce_optional=True,
)

PROFILES: dict[str, Profile] = {"baseline": BASELINE}
