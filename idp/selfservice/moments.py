"""Days in words a person would use. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from idp.core.language import N_, _
from idp.web import formats


def moment(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The day and the time of `at` as seen from `now`: "today at 09:30", or "on 3 October 2026 at 09:30"."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return _("today at %(time)s", time=f"{local:%H:%M}")
    if local.date() == today - timedelta(days=1):
        return _("yesterday at %(time)s", time=f"{local:%H:%M}")
    return _("on %(date)s at %(time)s", date=formats.day(local), time=f"{local:%H:%M}")


def day(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The day of `at` as seen from `now`: "today", "yesterday", "tomorrow", or "on 3 October 2026"."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    near = {today: N_("today"), today - timedelta(days=1): N_("yesterday"), today + timedelta(days=1): N_("tomorrow")}
    return _(near[local.date()]) if local.date() in near else _("on %(day)s", day=formats.day(local))


def last_used(at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """ "last used yesterday", or "not used yet"."""
    return _("last used %(when)s", when=day(at, now, zone)) if at is not None else _("not used yet")


def added(at: datetime, used: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """ "Added on 3 October 2026, last used yesterday"."""
    when = day(at, now, zone)
    if used is None:
        return _("Added %(when)s, not used yet", when=when)
    return _("Added %(when)s, last used %(used)s", when=when, used=day(used, now, zone))
