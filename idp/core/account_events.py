"""Events of a customer's own account beside what they sign in with; `events` has them all."""

from dataclasses import dataclass

from idp.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Event):
    """The subject took back what they allowed a client: its families end, and it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosing(Event):
    """The subject wants their account closed, `at` a moment they were told; until then they may think again."""

    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingCancelled(Event):
    """The subject keeps their account after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosed(Event):
    """The account is closed for good: what was personal is erased, its identifiers are never given to anybody else."""
