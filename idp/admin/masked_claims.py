"""Claims as somebody may see them who needs their shape and not the person."""

from collections.abc import Mapping
from typing import Any

from idp.oidc.tokens.claims import SUBJECT_CLAIMS

MORE = "…"
PERSONAL = SUBJECT_CLAIMS | {"sub", "customer_number"}


def masked(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims with every text about the person cut to its first letter; what says how they signed in stays."""
    return {name: _cut(value) if name in PERSONAL else value for name, value in claims.items()}


def _cut(value: Any) -> Any:
    match value:
        case str():
            return value[:1] + MORE
        case Mapping():
            return {name: _cut(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_cut(inner) for inner in value]
        case _:
            return value
