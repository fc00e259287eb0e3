"""A factor reset that waits for a second agent, and what comes of their decision."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from idp.recovery.lost import NotNow
from idp.recovery.lost_by_support import NoEnd, NothingToRemove


@dataclass(frozen=True, slots=True)
class Request:
    """A reset that waits for a second agent."""

    id: str
    case_id: str
    subject_id: str
    agent_id: str
    brand: str
    reason: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Approved:
    """The waiting time runs; factors can be removed from `ready_at` on."""

    ready_at: datetime


@dataclass(frozen=True, slots=True)
class Declined:
    """It was refused; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Decided:
    """It is decided already, too old, or never was."""


@dataclass(frozen=True, slots=True)
class Own:
    """Who asked for it does not decide it."""


@dataclass(frozen=True, slots=True)
class CannotBegin:
    """It was not begun: `because` tells the agent. The request stays."""

    because: str


def said(against: NotNow | NothingToRemove | NoEnd) -> str:
    """What the agent reads."""
    match against:
        case NothingToRemove():
            return "There is no second step that could be removed."
        case NoEnd():
            return "There is no confirmed contact to tell, or nothing else they could prove at the end. Ask for their papers."
        case NotNow(running=True):
            return "A reset runs already."
        case NotNow():
            return "Three resets were begun within a week. Wait until the week is over."
        case never:
            assert_never(never)
