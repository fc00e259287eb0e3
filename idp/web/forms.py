"""Forms of our own pages, read once: each field at most once, as text that every store can hold."""

from collections.abc import Iterator, Mapping

from werkzeug.wrappers import Request

from idp.core.errors import Refused

MOST_FIELDS = 100


class Form(Mapping[str, str]):
    """The fields of a form that was sent. A field that was not sent reads as the empty text."""

    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        return self._fields.get(name, "")

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, name: object) -> bool:
        return name in self._fields


def read_form(request: Request) -> Form:
    """The body's fields. Raises `Refused` for a field sent twice, NUL, lone surrogates or too many fields."""
    fields: dict[str, str] = {}
    if sum(len(values) for _, values in request.form.lists()) > MOST_FIELDS:
        raise Refused("bad_request", because="too many fields")
    for name, values in request.form.lists():
        if len(values) > 1:
            raise Refused("bad_request", because="a field was sent twice")
        if not is_storable(name) or not is_storable(values[0]):
            raise Refused("bad_request", because="a field holds bytes that are not text")
        fields[name] = values[0]
    return Form(fields)


def is_storable(text: str) -> bool:
    """Whether `text` can be hashed, stored and shown: no NUL (PostgreSQL), no lone surrogate (UTF-8), nothing undecodable."""
    return "\x00" not in text and "\ufffd" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
