"""Brands are data; the support line knows its hours."""

from datetime import UTC, datetime

import pytest

from portals.app import PACKAGE
from portals.brands import load_brands


def test_every_brand_has_its_theme() -> None:
    for brand in load_brands().values():
        folder = PACKAGE / "static" / "brands" / brand.theme
        assert (folder / "theme.css").is_file()
        assert (folder / "logo.svg").is_file()


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (datetime(2026, 11, 23, 12, 0, tzinfo=UTC), "Open now, until 6pm"),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "Closed now, opens today at 8.30am"),
        (datetime(2026, 11, 20, 18, 0, tzinfo=UTC), "Closed now, opens tomorrow at 9am"),
        (datetime(2026, 11, 21, 13, 0, tzinfo=UTC), "Closed now, opens on Monday at 8.30am"),
        (datetime(2026, 7, 20, 7, 45, tzinfo=UTC), "Open now, until 6pm"),
    ],
)
def test_the_line_says_whether_it_is_open(now: datetime, words: str) -> None:
    assert load_brands()["stellantis"].support.state(now) == words


def test_hours_read_as_on_a_letterhead() -> None:
    texts = [hours.text for hours in load_brands()["stellantis"].support.hours]
    assert texts == ["Monday to Friday, 8.30am to 6pm", "Saturday, 9am to 1pm"]
