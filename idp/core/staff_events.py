"""Events of staff: who may do what in the console, and what is done there."""

from dataclasses import dataclass

from idp.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    """A subject got a `role` of the staff; `brand` where it is for one brand alone."""

    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked(Event):
    """A subject no longer has a `role` of the staff."""

    role: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRetried(Event):
    """So many `deliveries` of a `kind` that had not arrived were made due again; `delivery_id` where it was one by name."""

    kind: str = ""
    delivery_id: str = ""
    deliveries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimsPreviewed(Event):
    """Staff looked at what a client would be told about a subject; refused where they named nobody that they may look at."""

    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramLeftBehind(Event):
    """The subject may know what this client of the admin API proves itself with, and was stopped or is no administrator now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramLookedAfter(Event):
    """An administrator says that what the subject, who has left, knows of this client is of no use any more."""
