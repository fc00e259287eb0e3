"""The one question every path to a code or a page asks of a session."""

from datetime import datetime

from idp.sessions.context import Context, Requirement
from idp.signin.policy import level_asked


def meets(context: Context, requirement: Requirement, now: datetime, *, renewed: bool) -> bool:
    """Whether nothing more needs to be proven: recent enough, and as strong as asked and as factors can make it.

    `renewed`: the proof was given for the very request that asks.
    """
    return context.is_fresh(requirement, now, renewed=renewed) and context.reaches(level_asked(requirement))
