"""Days, hours and durations as the current language writes them. Every one that people read is made here."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from math import ceil

from babel.dates import format_date, get_day_names
from babel.lists import format_list

from idp.brands.brand import DAYS, Hours, Opening, Support
from idp.core.language import _, current_language, ngettext

# English is written as the brands' customers write it.
LOCALES = {"en": "en_GB"}


def locale() -> str:
    """The locale of the current language, as Babel calls it."""
    return LOCALES.get(current_language(), current_language())


def day(at: date) -> str:
    """A day in full: "3 October 2026"."""
    return format_date(at, "long", locale())


def on(at: datetime) -> str:
    """A moment as part of a sentence, in the time zone of `at`: "on 3 October 2026 at 14:05 (BST)"."""
    return _("on %(day)s at %(time)s (%(zone)s)", day=day(at.date()), time=clock_time(at.time()), zone=f"{at:%Z}")


def moment(at: datetime) -> str:
    """A moment that stands by itself, in the time zone of `at`: "3 October 2026 at 14:05 (BST)"."""
    return _("%(day)s at %(time)s (%(zone)s)", day=day(at.date()), time=clock_time(at.time()), zone=f"{at:%Z}")


def clock_time(at: time) -> str:
    """An hour of the day; all our languages write it alike."""
    return f"{at:%H:%M}"


def waiting(length: timedelta) -> str:
    """How long a wait is, never less than it is: in seconds below a minute, in hours above an hour."""
    if length < timedelta(minutes=1):
        return ngettext("%(num)d second", "%(num)d seconds", ceil(length / timedelta(seconds=1)))
    if length <= timedelta(hours=1):
        return ngettext("%(num)d minute", "%(num)d minutes", ceil(length / timedelta(minutes=1)))
    return ngettext("%(num)d hour", "%(num)d hours", ceil(length / timedelta(hours=1)))


def together(names: Sequence[str]) -> str:
    """Names as a list in a sentence: "A, B and C"."""
    return format_list(names, locale=locale())


def opening_hours(support: Support) -> str:
    """Opening hours as one line: "Mon–Fri 08:30–18:00, Sat 09:00–13:00"."""
    return ", ".join(f"{_span(line)} {clock_time(line.opens)}–{clock_time(line.closes)}" for line in support.hours)


def closed_until(opening: Opening | None) -> str:
    """What is said while nobody answers the phone."""
    if opening is None:
        return _("Closed now")
    at = clock_time(opening.at)
    if opening.days_ahead == 0:
        return _("Closed now, opens today at %(time)s", time=at)
    if opening.days_ahead == 1:
        return _("Closed now, opens tomorrow at %(time)s", time=at)
    weekday = get_day_names("wide", "stand-alone", locale())[opening.weekday]
    return _("Closed now, opens on %(weekday)s at %(time)s", weekday=weekday, time=at)


def _span(line: Hours) -> str:
    names = get_day_names("abbreviated", "stand-alone", locale())
    first, last = (names[DAYS.index(day_id)] for day_id in (line.days[0], line.days[-1]))
    return first if len(line.days) == 1 else f"{first}–{last}"
