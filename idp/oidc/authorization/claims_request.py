"""The `claims` parameter (Core 5.5), read from JSON that nobody vouches for."""

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.core.errors import OAuthError

DEEPEST = 32
PLACES = ("userinfo", "id_token")
MEMBERS = ("essential", "value", "values")


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """Which claims are asked for beyond scopes, by place: `{"userinfo": {name: None | {"essential": …}}, "id_token": …}`."""

    places: Mapping[str, Mapping[str, Mapping[str, Any] | None]] = field(default_factory=dict)

    def names(self) -> frozenset[str]:
        """Every claim that is asked for, wherever."""
        return frozenset(name for asked in self.places.values() for name in asked)

    def values(self, place: str, claim: str) -> tuple[str, ...]:
        """The values a claim should have, the most wanted first."""
        wanted = self.places.get(place, {}).get(claim) or {}
        values = wanted.get("values", [wanted["value"]] if "value" in wanted else [])
        return tuple(value for value in values if isinstance(value, str))

    def bounds(self, place: str, claim: str) -> bool:
        """Whether the client says which values alone will do."""
        wanted = self.places.get(place, {}).get(claim) or {}
        return any(wanted.get(member) is not None for member in ("value", "values"))

    def essential(self, place: str, claim: str) -> bool:
        """Whether the client says it cannot do without."""
        return (self.places.get(place, {}).get(claim) or {}).get("essential") is True

    def only(self, allowed: Container[str]) -> "ClaimsRequest":
        """Without the claims that are not `allowed`."""
        kept = {
            place: {name: asked for name, asked in claims.items() if name in allowed} for place, claims in self.places.items()
        }
        return ClaimsRequest({place: claims for place, claims in kept.items() if claims})

    def to_dict(self) -> dict[str, Any]:
        """As JSON that the database keeps."""
        return {place: dict(claims) for place, claims in self.places.items()}


def read_claims(text: str | None) -> ClaimsRequest:
    """The request that `text` spells; unknown members are ignored (Core 5.5). Raises `OAuthError` invalid_request."""
    if text is None:
        return ClaimsRequest()
    try:
        asked = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _unreadable("claims is not JSON") from error
    if not isinstance(asked, dict) or not all(_is_plain(value, 0) for value in asked.values()):
        raise _unreadable("claims must be a JSON object")
    return ClaimsRequest({place: _place(asked[place]) for place in PLACES if asked.get(place) is not None})


def _place(asked: Any) -> dict[str, dict[str, Any] | None]:
    if not isinstance(asked, dict):
        raise _unreadable("userinfo and id_token must be JSON objects")
    return {name: _claim(wanted) for name, wanted in asked.items()}


def _claim(wanted: Any) -> dict[str, Any] | None:
    if wanted is None:
        return None
    if not isinstance(wanted, dict):
        raise _unreadable("a claim must be null or a JSON object")
    if not isinstance(wanted.get("essential", False), bool) or not isinstance(wanted.get("values", []), list):
        raise _unreadable("essential must be true or false, values a list")
    return {member: wanted[member] for member in MEMBERS if member in wanted}


def _is_plain(value: Any, depth: int) -> bool:
    """Neither too deep, nor with text or numbers that the database cannot store."""
    if depth > DEEPEST:
        return False
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, int | float):
        return -(2**63) <= value < 2**63
    return all(_is_plain(part, depth + 1) for part in _parts(value))


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _unreadable(public: str) -> OAuthError:
    return OAuthError("invalid_request", public, because=public)
