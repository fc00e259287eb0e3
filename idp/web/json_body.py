"""A JSON object as the body of a request, read strictly: each name once, bounded in depth, storable everywhere (P12)."""

import json
from typing import Any

from idp.web.call import JSON, Call
from idp.web.forms import is_storable

DEEPEST = 32
# Beyond it, readers that keep numbers as doubles would read another one (RFC 8259 6).
LARGEST = 2**53 - 1


class Unreadable(ValueError):
    """The body is no such object; the text says why and may be shown."""


def read_object(call: Call) -> dict[str, Any]:
    """The object in the body of `call`. Raises `Unreadable`, and `IdpError` too_large."""
    if call.content_type.partition(";")[0].strip().lower() != JSON:
        raise Unreadable(f"The body must be {JSON}")
    return object_of(call.body())


def object_of(body: bytes) -> dict[str, Any]:
    """The object in `body`. Raises `Unreadable`."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Unreadable("The body is not UTF-8") from None
    if _depth(text) > DEEPEST:
        raise Unreadable(f"The body is nested deeper than {DEEPEST}")
    try:
        found = json.loads(text, object_pairs_hook=_each_once, parse_constant=_refuse, parse_int=_number, parse_float=_fraction)
    except Unreadable:
        raise
    except ValueError:
        raise Unreadable("The body is not JSON") from None
    if not isinstance(found, dict):
        raise Unreadable("The body must be a JSON object")
    if not _storable(found):
        raise Unreadable("The body holds characters that are not text")
    return found


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unreadable("A name stands in an object twice")
    return found


def _refuse(_name: str) -> Any:
    raise Unreadable("The body is not JSON")


def _number(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > LARGEST:
        raise Unreadable("A number is too large")
    return int(digits)


def _fraction(digits: str) -> float:
    found = float(digits)
    if not -LARGEST <= found <= LARGEST:
        raise Unreadable("A number is too large")
    return found


def _depth(text: str) -> int:
    """How deep brackets are nested; those inside of strings are not counted."""
    deepest = depth = 0
    quoted = escaped = False
    for sign in text:
        if quoted:
            quoted = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            quoted = True
        elif sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _storable(value: Any) -> bool:
    match value:
        case str():
            return is_storable(value)
        case dict():
            return all(is_storable(name) and _storable(one) for name, one in value.items())
        case list():
            return all(map(_storable, value))
        case _:
            return True
