"""What differs by brand is data: `brands.yaml`, read once into frozen values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from babel.dates import get_day_names

from portals.language import N_, _, current_language

BRANDS_FILE = Path(__file__).with_name("brands.yaml")


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """From `opens` to `closes` on the weekdays `first` to `last` (Monday is 0), local time of the support desk."""

    first: int
    last: int
    opens: time
    closes: time

    @property
    def text(self) -> str:
        """The hours as one line."""
        opens, closes = clock_text(self.opens), clock_text(self.closes)
        if self.first == self.last:
            return _("%(day)s, %(opens)s to %(closes)s", day=_day_name(self.first), opens=opens, closes=closes)
        first, last = _day_name(self.first), _day_name(self.last)
        return _("%(first)s to %(last)s, %(opens)s to %(closes)s", first=first, last=last, opens=opens, closes=closes)

    def covers(self, day: date) -> bool:
        return self.first <= day.weekday() <= self.last


@dataclass(frozen=True, slots=True)
class Support:
    """How customers reach the brand."""

    phone: str
    email: str
    zone: ZoneInfo
    hours: tuple[OpeningHours, ...]

    def state(self, now: datetime) -> str:
        """Say in words whether the phone line is open at `now` (aware), or when it opens next."""
        local = now.astimezone(self.zone)
        for hours in self.hours:
            if hours.covers(local.date()) and hours.opens <= local.time() < hours.closes:
                return _("Open now, until %(time)s", time=clock_text(hours.closes))
        return next(
            _opens(ahead, day.weekday(), hours.opens)
            for ahead in range(8)
            for day in (local.date() + timedelta(days=ahead),)
            for hours in self.hours
            if hours.covers(day) and (ahead > 0 or local.time() < hours.opens)
        )


@dataclass(frozen=True, slots=True)
class Brand:
    """One brand as its portal shows it. `theme` names a folder under `static/brands`."""

    id: str
    name: str
    short_name: str
    legal: str
    tagline: str
    makes: str
    theme: str
    support: Support


def clock_text(moment: time) -> str:
    """Write a time of day the way a support page does, in English a British one: 8am, 5.30pm; in other languages 17:30."""
    return CLOCKS.get(current_language(), "{:%H:%M}".format)(moment)


def _british(moment: time) -> str:
    hour = moment.hour % 12 or 12
    minutes = f".{moment.minute:02}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"


CLOCKS: dict[str, Callable[[time], str]] = {"en": _british}


def _day_name(weekday: int) -> str:
    return str(get_day_names("wide", "stand-alone", current_language())[weekday])


def _opens(ahead: int, weekday: int, at: time) -> str:
    words = {0: N_("Closed now, opens today at %(time)s"), 1: N_("Closed now, opens tomorrow at %(time)s")}
    later = N_("Closed now, opens on %(weekday)s at %(time)s")
    return _(words.get(ahead, later), weekday=_day_name(weekday), time=clock_text(at))


def _hours(row: dict[str, Any]) -> OpeningHours:
    first, last = row["days"]
    opens, closes = time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"])
    return OpeningHours(first=first, last=last, opens=opens, closes=closes)


def _brand(brand_id: str, row: dict[str, Any]) -> Brand:
    support = row["support"]
    return Brand(
        id=brand_id,
        name=row["name"],
        short_name=row["short_name"],
        legal=row["legal"],
        tagline=row["tagline"],
        makes=row["makes"],
        theme=row["theme"],
        support=Support(
            phone=support["phone"],
            email=support["email"],
            zone=ZoneInfo(support["zone"]),
            hours=tuple(_hours(hours) for hours in support["hours"]),
        ),
    )


@cache
def load_brands(path: Path = BRANDS_FILE) -> dict[str, Brand]:
    """Return every brand by its id, in the order of the file."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {brand_id: _brand(brand_id, row) for brand_id, row in rows.items()}
