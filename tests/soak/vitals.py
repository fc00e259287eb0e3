"""What a process holds: memory and open files, as the kernel tells it."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Vitals:
    """Resident memory in MiB, and open files."""

    mib: float
    files: int


def vitals_of(pid: int) -> Vitals:
    """Of a process that lives. Raises FileNotFoundError where it does not."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kib = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return Vitals(kib / 1024, len(os.listdir(f"/proc/{pid}/fd")))
