"""What a factor is: a kind of proof. Its class says how strong it is, so policy, ID token and pages follow from it."""

from dataclasses import dataclass
from typing import ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was typed proves nothing."""


class Factor(Protocol):
    """One kind of proof. `strength` is the `acr` it gives by itself."""

    kind: ClassVar[str]
    amr: ClassVar[tuple[str, ...]]
    strength: ClassVar[str]
