"""What a row says of a person, checked: every mistake of it is told at once, and none quotes what stands there."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from idp.cli.importing.formats import CLAIMS, COLUMNS, HASH, NUMBERS, PLAIN_PASSWORD, Bad
from idp.cli.standard_claims import problems_of
from idp.factors.legacy_hash import flaw_of, taken_over
from idp.subjects.many import Newcomer
from idp.subjects.names import is_email, is_username
from idp.subjects.subjects import NewSubject

LONGEST_NUMBER = 64
E164 = re.compile(r"\+[1-9][0-9]{5,14}")
OWN_COLUMNS = ("email_verified", "given_name", "family_name", "locale")


def newcomer_of(fields: Mapping[str, Any], place: int, brands: Collection[str]) -> Newcomer | Bad:
    """Who is to be added at `place`; `brands` are those that give customer numbers."""
    numbers = _numbers(fields.get(NUMBERS, ""), brands)
    claims = {name: value for name, value in fields.items() if name in CLAIMS}
    problems = [
        *_unknown(fields),
        *_names(fields),
        *problems_of(claims),
        *_unprintable(claims),
        *_phone(claims),
        *_hash(fields),
    ]
    if isinstance(numbers, Bad):
        problems += numbers.problems
    if problems or isinstance(numbers, Bad):
        return Bad(tuple(problems))
    own = {name: claims.pop(name) for name in OWN_COLUMNS if name in claims}
    new = NewSubject(username=fields["username"], email=fields["email"], claims=claims, numbers=numbers, **own)
    return Newcomer(place, new, taken_over(fields[HASH]) if HASH in fields else None)


def _unknown(fields: Mapping[str, Any]) -> list[str]:
    if "password" in fields:
        return [f"password: {PLAIN_PASSWORD}"]
    strange = sorted(fields.keys() - COLUMNS)
    return [f"has {len(strange)} unknown members; docs/import.md names those there are"] if strange else []


def _names(fields: Mapping[str, Any]) -> list[str]:
    username, email = fields.get("username"), fields.get("email")
    problems = []
    if not isinstance(username, str) or not is_username(username):
        problems.append("username: must be 1 to 128 visible characters, without @ and without space around it")
    if not isinstance(email, str) or not is_email(email):
        problems.append("email: is not an e-mail address")
    return problems


def _unprintable(claims: Mapping[str, Any]) -> list[str]:
    return [f"{name}: holds characters that cannot be shown" for name, value in claims.items() if not _is_shown(value)]


def _is_shown(value: Any) -> bool:
    match value:
        case str():
            return value.isprintable()
        case dict():
            return all(map(_is_shown, value.values()))
        case _:
            return True


def _phone(claims: Mapping[str, Any]) -> list[str]:
    number = claims.get("phone_number")
    if number is None:
        return ["phone_number_verified: needs a phone_number"] if "phone_number_verified" in claims else []
    well = isinstance(number, str) and E164.fullmatch(number) is not None
    return [] if well else ["phone_number: must be written as +447700900118"]


def _hash(fields: Mapping[str, Any]) -> list[str]:
    if HASH not in fields:
        return []
    text = fields[HASH]
    flaw = flaw_of(text) if isinstance(text, str) else "is not text"
    return [f"{HASH}: {flaw}"] if flaw else []


def _numbers(given: Any, brands: Collection[str]) -> Mapping[str, str] | Bad:
    """What `stellantis:ST-204118; alphera:A-1` says, or an object of the same."""
    pairs = _pairs(given)
    if pairs is None:
        return Bad((f"{NUMBERS}: must be BRAND:NUMBER, several with ; between them",))
    problems = []
    for brand, number in pairs:
        if brand not in brands:
            problems.append(f"{NUMBERS}: there is no such brand; known are {', '.join(brands)}")
        elif not 0 < len(number) <= LONGEST_NUMBER or not number.isprintable():
            problems.append(f"{NUMBERS}: the number at {brand} must be 1 to {LONGEST_NUMBER} visible characters")
    if len(dict(pairs)) < len(pairs):
        problems.append(f"{NUMBERS}: names a brand twice")
    return Bad(tuple(problems)) if problems else dict(pairs)


def _pairs(given: Any) -> list[tuple[str, str]] | None:
    match given:
        case str():
            parts = [one.partition(":") for one in given.split(";") if one.strip()]
            return [(brand.strip(), number.strip()) for brand, _, number in parts] if all(c for _, c, _ in parts) else None
        case dict() if all(isinstance(number, str) for number in given.values()):
            return [(brand, number.strip()) for brand, number in given.items()]
        case _:
            return None
