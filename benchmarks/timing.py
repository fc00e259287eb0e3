"""Whether the time until an answer tells names that exist from names that do not: wrong passwords, and ways back in."""

import secrets
from dataclasses import dataclass
from statistics import median

from benchmarks.provider import Provider
from benchmarks.sign_ins import Visitor

SAMPLES = 200
# One less than lock a name: behind a lock no password is compared.
TRIES_OF_A_NAME = 4
ASKED_BY_A_SOURCE = 10
GOAL = 0.05


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds until the answer, for names that exist and names that do not."""

    what: str
    known: list[float]
    unknown: list[float]

    @property
    def ratio(self) -> float:
        return median(self.known) / median(self.unknown)

    def text(self) -> str:
        known, unknown = (median(times) * 1e3 for times in (self.known, self.unknown))
        mark = "✓" if abs(self.ratio - 1) <= GOAL else "✗"
        return (
            f"{self.what} is answered in {known:.1f} ms for a name that exists, in {unknown:.1f} ms for one that does not "
            f"(medians of {len(self.known)} each, in turns): ratio {self.ratio:.3f}; goal 1 ± {GOAL} {mark}"
        )


def measure(provider: Provider, origin: str) -> Timing:
    """Tries wrong passwords in turns, each in a browser of its own, each password once, and which name goes first by chance."""
    count = SAMPLES // TRIES_OF_A_NAME
    known = provider.add_customers(count)
    unknown = [f"stranger{secrets.token_hex(4)}" for _ in known]
    pairs = [pair for _ in range(TRIES_OF_A_NAME) for pair in zip(known, unknown, strict=True)]
    took: dict[bool, list[float]] = {True: [], False: []}
    for pair in pairs:
        for exists in (True, False) if secrets.randbits(1) else (False, True):
            name = pair[0 if exists else 1]
            visitor = Visitor(origin, provider.host)
            took[exists].append(visitor.fail(provider.authorize(), name, f"wrong {secrets.token_urlsafe(16)}"))
    return Timing("A wrong password", took[True], took[False])


def measure_recovery(provider: Provider, origin: str) -> Timing:
    """Asks for a way back in, in turns, each in a browser of its own; no source asks more often than it may."""
    known = provider.add_customers(SAMPLES // TRIES_OF_A_NAME)
    took: dict[bool, list[float]] = {True: [], False: []}
    for number in range(SAMPLES):
        source = f"127.0.1.{number // ASKED_BY_A_SOURCE + 1}"
        for exists in (True, False) if secrets.randbits(1) else (False, True):
            name = known[number % len(known)] if exists else f"stranger{secrets.token_hex(4)}"
            took[exists].append(Visitor(origin, provider.host, source=source).recover(name))
    return Timing("Asking for a way back in", took[True], took[False])
