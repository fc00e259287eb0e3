"""Events of the trail itself: what was taken out of it, and what was taken away."""

from dataclasses import dataclass

from idp.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditExported(Event):
    """Staff took `entries` of the trail away as a file of `kind`; `sought` says which, `cut` that there were more than fit."""

    kind: str = ""
    sought: str = ""
    entries: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCut(Event):
    """Entries older than `before` went, by `retention` or an `operator`; so many `faults` with them. The trail begins anew."""

    before: str = ""
    position: int = 0
    entries: int = 0
    faults: int = 0
