"""The body of a protocol request, read once and strictly: in the body only, each parameter once (RFC 6749 3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

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


def read_form(content_type: str, query: str, body: bytes) -> ProtocolForm:
    """The parameters in `body`. Raises `OAuthError` invalid_request for anything but one clean form."""
    if query:
        raise OAuthError("invalid_request", "Parameters must be sent in the body, not in the address")
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise OAuthError("invalid_request", f"The body must be {FORM}")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise OAuthError("invalid_request", "The body is not a form that can be read") from None
    values: dict[str, str] = {}
    resources: list[str] = []
    for name, value in pairs:
        if "\x00" in value or "\x00" in name:
            raise OAuthError("invalid_request", "The body is not text")
        if name == "resource":
            resources.append(value)
        elif name in values:
            raise OAuthError("invalid_request", "A parameter was sent more than once")
        else:
            values[name] = value
    # RFC 6749 3.2: what comes without a value counts as not sent.
    return ProtocolForm({n: v for n, v in values.items() if v}, tuple(r for r in resources if r))
