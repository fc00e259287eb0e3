"""What is told about a cause: the clause it stands in, what it means, and how to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """`clause` of which specification, what the cause `means`, and how to `mend` it."""

    clause: str
    means: str
    mend: str
