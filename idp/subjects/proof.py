"""A proof: a credential of a subject was verified. What it amounts to is policy's to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Proof:
    """Which kind of factor was proven, how it is told (RFC 8176), how strong it is alone, and when."""

    kind: str
    amr: tuple[str, ...]
    strength: str
    at: datetime

    def to_dict(self) -> dict[str, Any]:
        """As it is stored."""
        return {"kind": self.kind, "amr": list(self.amr), "strength": self.strength, "at": self.at.isoformat()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Proof":
        """As it was stored. Raises KeyError, ValueError or TypeError for anything else."""
        return cls(stored["kind"], tuple(stored["amr"]), stored["strength"], datetime.fromisoformat(stored["at"]))


def newest(proofs: tuple[Proof, ...]) -> tuple[Proof, ...]:
    """Of each kind and strength the newest, in the order in which the kinds came first."""
    kept: dict[tuple[str, str], Proof] = {}
    for proof in proofs:
        key = (proof.kind, proof.strength)
        if key not in kept or kept[key].at <= proof.at:
            kept[key] = proof
    return tuple(kept.values())
