"""A field of the form for clients, and how it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

SIGNED_BY = {
    "RS256": "RS256 (RSA)",
    "PS256": "PS256 (RSA-PSS)",
    "ES256": "ES256 (elliptic curve P-256)",
    "EdDSA": "EdDSA (Ed25519)",
}
YES_OR_NO = {"no": "No", "yes": "Yes"}


class Widget(Enum):
    """How a field is answered."""

    TEXT = "text"
    NUMBER = "number"
    LINES = "lines"
    CHOICE = "choice"
    TICKS = "ticks"
    SCOPES = "scopes"
    BRAND = "brand"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `options`: value → what it means, for choices and ticks; an empty value stands for the provider's default."""

    name: str
    label: str
    about: str
    widget: Widget = Widget.TEXT
    options: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
