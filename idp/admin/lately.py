"""Moments as an agent would say them to a caller. In English, as the whole console. Pure."""

from datetime import datetime, timedelta

from idp.web.formats import moment

NEAR = {timedelta(0): "today", timedelta(days=1): "yesterday"}


def lately(at: datetime, now: datetime) -> str:
    """`at` in its own time zone, as seen from `now`: "today at 09:30 (GMT)", or with the day in full."""
    day = NEAR.get(now.astimezone(at.tzinfo).date() - at.date())
    return moment(at) if day is None else f"{day} at {at:%H:%M} ({at:%Z})"


def tried(times: int) -> str:
    """How often something was tried: "tried twice"; nothing where it was not."""
    match times:
        case 0:
            return ""
        case 1:
            return "tried once"
        case 2:
            return "tried twice"
        case _:
            return f"tried {times} times"
