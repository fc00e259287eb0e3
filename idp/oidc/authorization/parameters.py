"""What a browser sent to a protocol address, read strictly: bytes in, names and texts out."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from idp.core.errors import Refused

MOST_FIELDS = 100
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Parameters:
    """Every parameter with all its values, in the order sent. A parameter without a value counts as not sent."""

    values: Mapping[str, tuple[str, ...]]
    repeated: frozenset[str]

    def one(self, name: str) -> str | None:
        """The value of a parameter; None where it was not sent, was sent empty, or was sent more than once."""
        if name in self.repeated:
            return None
        # RFC 6749 3.1: parameters sent without a value are treated as if they were omitted.
        return next((value for value in self.values.get(name, ()) if value), None)

    def many(self, name: str) -> tuple[str, ...]:
        """All values of a parameter that may be sent more than once."""
        return tuple(value for value in self.values.get(name, ()) if value)


def read_parameters(raw: bytes) -> Parameters:
    """Parameters of a query or of a form body.

    Raises `Refused` for what is not UTF-8, holds NUL, or has more than 100 fields: no store and no client could keep it.
    """
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Refused("bad_request", because=f"parameters cannot be read: {type(error).__name__}") from error
    values: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if "\x00" in name or "\x00" in value:
            raise Refused("bad_request", because="a parameter holds NUL")
        values[name] = (*values.get(name, ()), value)
    return Parameters(values, frozenset(name for name, sent in values.items() if len(sent) > 1))
