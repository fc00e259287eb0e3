"""What differs by brand is data: `brands.yaml`, read once into frozen values."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

BRANDS_FILE = Path(__file__).with_name("brands.yaml")
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """From `opens` to `closes` on the weekdays `first` to `last` (Monday is 0), local time of the support desk."""

    label: str
    first: int
    last: int
    opens: time
    closes: time

    @property
    def text(self) -> str:
        return f"{self.label}, {clock_text(self.opens)} to {clock_text(self.closes)}"

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
                return f"Open now, until {clock_text(hours.closes)}"
        return next(
            f"Closed now, opens {_day_name(ahead, day)} at {clock_text(hours.opens)}"
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
    """Write a time of day the way a British support page does: 8am, 5.30pm."""
    hour = moment.hour % 12 or 12
    minutes = f".{moment.minute:02}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def _day_name(ahead: int, day: date) -> str:
    return {0: "today", 1: "tomorrow"}.get(ahead, f"on {WEEK[day.weekday()]}")


def _hours(row: dict[str, Any]) -> OpeningHours:
    first, last = row["days"]
    opens, closes = time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"])
    label = WEEK[first] if first == last else f"{WEEK[first]} to {WEEK[last]}"
    return OpeningHours(label=label, first=first, last=last, opens=opens, closes=closes)


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
