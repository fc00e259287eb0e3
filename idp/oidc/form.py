"""The body of a protocol request, read once and strictly: in the body only, each parameter once (RFC 6749 3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from idp.core.errors import OAuthError

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class ProtocolForm:
    """The parameters of a request. `resources` is the one that may come more than once (RFC 8707 2)."""

    values: Mapping[str, str]
    resources: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """The value; None where it was not sent."""
        return self.values.get(name)

    def need(self, name: str) -> str:
        """The value. Raises `OAuthError` invalid_request where it was not sent."""
        value = self.values.get(name)
        if value is None:
            raise OAuthError("invalid_request", f"{name} is missing")
        return value


def fields_of(raw: bytes) -> list[tuple[str, str]]:
    """The fields of a query or of a form body, in the order sent.

    Raises ValueError for what is not UTF-8, holds NUL, or has more than 100 fields: no store and no client could keep it.
    """
    parts = [part for part in raw.decode().split("&") if part]
    if len(parts) > MOST_FIELDS:
        raise ValueError("too many fields")
    pairs = [part.partition("=") for part in parts]
    fields = [(decoded(name), decoded(value)) for name, _, value in pairs]
    if any("\x00" in name or "\x00" in value for name, value in fields):
        raise ValueError("NUL")
    return fields


def decoded(text: str) -> str:
    """Text as it was before it was form-encoded. Raises ValueError for what is not UTF-8."""
    # Most names and values are plain: the standard library would take them apart all the same.
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text


def is_form(content_type: str) -> bool:
    """Whether a Content-Type says that the body is a form."""
    return content_type.partition(";")[0].strip().lower() == FORM


def read_form(content_type: str, query: str, body: bytes) -> ProtocolForm:
    """The parameters in `body`. Raises `OAuthError` invalid_request for anything but one clean form."""
    if query:
        raise OAuthError("invalid_request", "Parameters must be sent in the body, not in the address")
    if not is_form(content_type):
        raise OAuthError("invalid_request", f"The body must be {FORM}")
    try:
        fields = fields_of(body)
    except ValueError:
        raise OAuthError("invalid_request", "The body is not a form that can be read") from None
    values: dict[str, str] = {}
    resources: list[str] = []
    for name, value in fields:
        if name == "resource":
            resources.append(value)
        elif name in values:
            raise OAuthError("invalid_request", "A parameter was sent more than once")
        else:
            values[name] = value
    # RFC 6749 3.2: what comes without a value counts as not sent.
    return ProtocolForm({n: v for n, v in values.items() if v}, tuple(r for r in resources if r))
