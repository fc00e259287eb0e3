"""Days are those of the person who reads, in words they would use."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from idp.selfservice.moments import day, last_used

LONDON = ZoneInfo("Europe/London")
# Half past midnight in London, still the day before in UTC.
NOW = datetime(2026, 7, 14, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(0), "today"),
        (timedelta(minutes=31), "yesterday"),
        (timedelta(hours=24, minutes=29), "yesterday"),
        (timedelta(hours=24, minutes=31), "on 13 July 2026"),
        (timedelta(days=400), "on 10 June 2025"),
        (-timedelta(days=1), "tomorrow"),
    ],
)
def test_a_day_in_words(ago: timedelta, words: str) -> None:
    assert day(NOW - ago, NOW, LONDON) == words


def test_what_was_never_used_says_so() -> None:
    assert last_used(None, NOW, LONDON) == "not used yet"
    assert last_used(NOW, NOW, LONDON) == "last used today"
