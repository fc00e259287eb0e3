"""Days and hours are written as each language writes them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from idp.brands.brand import Hours, Opening, Support
from idp.core.language import speaking
from idp.web.formats import closed_until, day, on, opening_hours, together, waiting

NOON = datetime(2026, 10, 3, 12, 0, tzinfo=UTC)
WEEK = Hours(days=("mon", "tue", "wed", "thu", "fri"), opens=time(8, 30), closes=time(18, 0))
SATURDAY = Hours(days=("sat",), opens=time(9, 0), closes=time(13, 0))
SUPPORT = Support(phone="1", email="help@acme.example", hours=(WEEK, SATURDAY))


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "3 October 2026"),
        ("fr", "3 octobre 2026"),
        ("de", "3. Oktober 2026"),
        ("it", "3 ottobre 2026"),
        ("es", "3 de octubre de 2026"),
    ],
)
def test_a_day(language: str, written: str) -> None:
    with speaking(language):
        assert day(NOON) == written


def test_a_moment_is_that_of_its_own_clock() -> None:
    assert on(NOON.astimezone(ZoneInfo("Europe/London"))) == "on 3 October 2026 at 13:00 (BST)"


def test_a_wait_is_never_told_shorter_than_it_is() -> None:
    assert waiting(timedelta(seconds=1)) == "1 second"
    assert waiting(timedelta(seconds=59.5)) == "60 seconds"
    assert waiting(timedelta(seconds=61)) == "2 minutes"
    assert waiting(timedelta(hours=1)) == "60 minutes"
    assert waiting(timedelta(hours=1, seconds=1)) == "2 hours"


def test_names_are_put_together_as_in_a_sentence() -> None:
    assert together(["A", "B", "C"]) == "A, B and C"
    with speaking("de"):
        assert together(["A", "B"]) == "A und B"


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "Mon–Fri 08:30–18:00, Sat 09:00–13:00"), ("it", "lun–ven 08:30–18:00, sab 09:00–13:00")],
)
def test_opening_hours_are_one_line(language: str, written: str) -> None:
    with speaking(language):
        assert opening_hours(SUPPORT) == written


@pytest.mark.parametrize(
    ("opening", "said"),
    [
        (Opening(0, 0, time(8, 30)), "Closed now, opens today at 08:30"),
        (Opening(1, 1, time(8, 30)), "Closed now, opens tomorrow at 08:30"),
        (Opening(2, 0, time(8, 30)), "Closed now, opens on Monday at 08:30"),
        (None, "Closed now"),
    ],
)
def test_when_it_opens_next_is_said_in_words(opening: Opening | None, said: str) -> None:
    assert closed_until(opening) == said
