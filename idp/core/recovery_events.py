"""Events of ways back in: mails, and second factors that are lost."""

from dataclasses import dataclass

from idp.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryStarted(Event):
    """Somebody asked for help with signing in, and the subject was mailed a way back in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryWithheld(Event):
    """Help with signing in was asked for and nothing was mailed; `reason` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered(Event):
    """Access was given back on weaker proof than a sign-in takes; `reason` says what was replaced. `recovered_at` is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorResetStarted(Event):
    """Whoever lost a second factor proved who they are by `kinds`; after `ready_at` their factors are removed."""

    kinds: str = ""
    ready_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorResetReady(Event):
    """The waiting time of a factor reset is over, and its owner was told how to finish it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorResetCancelled(Event):
    """A factor reset removes nothing.

    `reason`: `link`, `session`, `not_lost`, `not_me`, `password_changed`, `contact_changed`, `unreachable`,
    `disabled`, `staff` or `lapsed`.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorResetFinished(Event):
    """The second factors that were lost are removed, after the waiting time."""
