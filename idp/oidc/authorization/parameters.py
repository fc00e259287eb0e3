"""What a browser sent to a protocol address, read strictly: bytes in, names and texts out."""

from collections.abc import Mapping
from dataclasses import dataclass

from idp.core.errors import Refused
from idp.oidc.form import fields_of


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
        fields = fields_of(raw)
    except ValueError as error:
        raise Refused("bad_request", because=f"parameters cannot be read: {type(error).__name__}") from error
    values: dict[str, tuple[str, ...]] = {}
    for name, value in fields:
        values[name] = (*values.get(name, ()), value)
    return Parameters(values, frozenset(name for name, sent in values.items() if len(sent) > 1))
