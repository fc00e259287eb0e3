"""A field of the form for clients, and how it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


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
