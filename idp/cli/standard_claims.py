"""The claims about a person that an operator may give: those of OpenID Connect Core 5.1, each in its own type."""

from collections.abc import Callable
from functools import partial
from typing import Any

LONGEST_TEXT = 1000
# Those with a column of their own are as long as it.
SHORTER = {"given_name": 128, "family_name": 128, "locale": 35}
ADDRESS_MEMBERS = frozenset({"formatted", "street_address", "locality", "region", "postal_code", "country"})
TEXTS = (
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
)
OWN = {"sub": "made by the provider", "updated_at": "kept by the provider", "email": "given by --email"}


def problems_of(claims: object) -> list[str]:
    """What is wrong with `claims`, one line each; none where they can be stored."""
    if not isinstance(claims, dict):
        return ["must be a JSON object of claims"]
    return [problem for name, value in claims.items() if (problem := _problem(name, value))]


def _problem(name: str, value: Any) -> str | None:
    if name in OWN:
        return f"{name}: is {OWN[name]}; leave it out"
    if name not in CHECKS:
        return f"{name}: is not a standard claim (OpenID Connect Core 5.1)"
    fits, kind = CHECKS[name]
    return None if fits(value) else f"{name}: must be {kind}"


def _is_text(value: Any, longest: int = LONGEST_TEXT) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest


def _text(longest: int) -> "Check":
    return partial(_is_text, longest=longest), f"text of at most {longest} characters"


def _is_address(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() <= ADDRESS_MEMBERS and all(map(_is_text, value.values()))


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


Check = tuple[Callable[[Any], bool], str]
CHECKS: dict[str, Check] = {
    **{name: _text(SHORTER.get(name, LONGEST_TEXT)) for name in TEXTS},
    **dict.fromkeys(("email_verified", "phone_number_verified"), (_is_truth, "true or false")),
    "address": (_is_address, f"an object with texts under {', '.join(sorted(ADDRESS_MEMBERS))}"),
}
