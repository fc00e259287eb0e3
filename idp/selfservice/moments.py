"""Days in words a person would use. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from idp.core.language import _


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The day and the time of `at` as seen from `now`: "today at 09:30", or "on 3 October 2026 at 09:30"."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return _("today at %(time)s", time=f"{local:%H:%M}")
    if local.date() == today - timedelta(days=1):
        return _("yesterday at %(time)s", time=f"{local:%H:%M}")
    return _("on %(date)s at %(time)s", date=f"{local:%-d %B %Y}", time=f"{local:%H:%M}")


def day(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The day of `at` as seen from `now`: "today", "yesterday", "tomorrow", or "on 3 October 2026"."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    near = {today: "today", today - timedelta(days=1): "yesterday", today + timedelta(days=1): "tomorrow"}
    return near.get(local.date(), f"on {local:%-d %B %Y}")


def last_used(at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """ "last used yesterday", or "not used yet"."""
    return f"last used {day(at, now, zone)}" if at is not None else "not used yet"
