"""Over which time a chart looks, and in which steps. All in UTC. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum


@dataclass(frozen=True, slots=True)
class Terms:
    """`steps` bars, each as long as `step`; `over` and `each` say so in words, `form` writes where a bar begins."""

    key: str
    name: str
    over: str
    each: str
    step: timedelta
    steps: int
    form: str


class Span(Enum):
    """How far back one can look."""

    HOUR = Terms("hour", "24 hours, by hour", "the last 24 hours", "hour", timedelta(hours=1), 24, "%-d %b %H:%M")
    DAY = Terms("day", "30 days, by day", "the last 30 days", "day", timedelta(days=1), 30, "%-d %b")
    WEEK = Terms("week", "26 weeks, by week", "the last 26 weeks", "week", timedelta(weeks=1), 26, "%-d %b %Y")

    @property
    def terms(self) -> Terms:
        """What it means."""
        return self.value

    def begins(self, now: datetime) -> tuple[datetime, ...]:
        """Where each step begins, the earliest first; the last one is under way."""
        terms = self.value
        last = self.step_of(now)
        return tuple(last - terms.step * back for back in reversed(range(terms.steps)))

    def step_of(self, at: datetime) -> datetime:
        """Where the step that `at` is in begins: weeks begin on Monday."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        if self is Span.HOUR:
            return hour
        day = hour.replace(hour=0)
        return day if self is Span.DAY else day - timedelta(days=day.weekday())


def span_of(text: str) -> Span:
    """The span that an address asks for; hours where it names none that there is."""
    return next((span for span in Span if span.value.key == text), Span.HOUR)
