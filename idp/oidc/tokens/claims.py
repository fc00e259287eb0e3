"""Claims about a subject: which scope asks for which, and their values (Core 5.1, 5.4, 5.5)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from idp.subjects.subjects import Subject

SCOPE_CLAIMS: Mapping[str, tuple[str, ...]] = {
    "profile": (
        "name",
        "family_name",
        "given_name",
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
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}
SUBJECT_CLAIMS = frozenset(name for names in SCOPE_CLAIMS.values() for name in names)
# Of the account itself; a claim of ours, which no scope and no parameter asks for.
RECOVERED_AT = "recovered_at"
SIGN_IN_CLAIMS = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid")


def by_scope(scopes: Iterable[str]) -> frozenset[str]:
    """The claims that the granted `scopes` ask for (Core 5.4)."""
    return frozenset(name for scope in scopes for name in SCOPE_CLAIMS.get(scope, ()))


def by_parameter(claims: Mapping[str, Any], place: str) -> frozenset[str]:
    """The claims about the subject that the claims parameter asks for at `place`: `userinfo` or `id_token` (Core 5.5)."""
    return SUBJECT_CLAIMS & frozenset(claims.get(place) or ())


def values(subject: Subject, names: Iterable[str]) -> dict[str, Any]:
    """What is known of `subject` under `names`; unknown ones are left out, never null (Core 5.3.2)."""
    # Known facts of the account win over free claims of the same name.
    known = dict(subject.claims) | _own(subject)
    return {name: known[name] for name in sorted(names) if known.get(name) is not None}


def recovery(recovered_at: datetime | None, *, own: bool) -> dict[str, int]:
    """`recovered_at` in seconds since 1970: when access was last given back, or added to, on weaker proof than usual.

    Told where the asker is a brand's `own`, so that it can hold risky acts for a while; it is no other application's business.
    """
    return {RECOVERED_AT: int(recovered_at.timestamp())} if recovered_at is not None and own else {}


def _own(subject: Subject) -> dict[str, Any]:
    own: dict[str, Any] = {
        "name": subject.claims.get("name") or subject.name,
        "given_name": subject.given_name,
        "family_name": subject.family_name,
        "preferred_username": subject.username,
        "email": subject.email,
        "email_verified": subject.email_verified,
        "locale": subject.locale,
        "updated_at": int(subject.updated_at.timestamp()),
    }
    return {name: value for name, value in own.items() if value is not None}
