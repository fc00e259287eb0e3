"""What is wrong with the description of a client, in plain words and at the field it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: where in the description it stands, and what to do about it."""

    at: Location
    reason: str

    @property
    def field(self) -> str:
        """The metadata name it is about; empty for the description as a whole."""
        return str(self.at[0]) if self.at else ""


Faults = tuple[Fault, ...]

# By kind of pydantic's error; what is not here already speaks in our words.
WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "is not a known field; check the spelling",
    "string_type": "must be text",
    "string_unicode": "holds characters that cannot be seen; type it anew",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must begin with a letter or digit; 2 to 128 letters, digits and . _ ~ -",
    "literal_error": "must be {expected}",
    "too_long": "may hold at most {max_length}",
    "tuple_type": "must be a list",
    "dict_type": "must be a JSON object, with a list of keys",
    "model_type": "must be an object of names and values",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a whole number, and a smaller one",
    "finite_number": "must be a whole number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}


def faults_of(error: ValidationError, names: Mapping[str, Any]) -> Faults:
    """Every mistake in `error`. One about the whole names its field first, if that is one of `names`."""
    return tuple(_fault(one, names) for one in error.errors())


def _fault(error: Any, names: Mapping[str, Any]) -> Fault:
    words = WORDS.get(error["type"])
    reason = str(error["msg"]).removeprefix("Value error, ") if words is None else words.format(**error.get("ctx", {}))
    field, colon, rest = reason.partition(": ")
    if not error["loc"] and colon and field in names:
        return Fault((field,), rest)
    return Fault(tuple(error["loc"]), reason)
