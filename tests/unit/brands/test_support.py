"""What the support block says about opening hours."""

from datetime import UTC, datetime

from idp.brands.brand import Support

SUPPORT = Support.model_validate(
    {
        "phone": "1",
        "email": "help@acme.example",
        "hours": [
            {"days": ["mon", "tue", "wed", "thu", "fri"], "opens": "08:30", "closes": "18:00"},
            {"days": ["sat"], "opens": "09:00", "closes": "13:00"},
        ],
    }
)
MONDAY = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def test_open_by_local_time() -> None:
    assert SUPPORT.is_open(MONDAY)
    assert SUPPORT.is_open(MONDAY.replace(hour=7, minute=45))  # 08:45 in London in June
    assert not SUPPORT.is_open(MONDAY.replace(hour=17))  # 18:00: closed on the minute


def test_when_it_opens_next_is_said_in_words() -> None:
    assert SUPPORT.opens_next(MONDAY.replace(hour=5)) == "today at 08:30"
    assert SUPPORT.opens_next(MONDAY.replace(hour=18)) == "tomorrow at 08:30"
    assert SUPPORT.opens_next(MONDAY.replace(day=6, hour=15)) == "Monday at 08:30"


def test_hours_are_one_line() -> None:
    assert SUPPORT.hours_in_words() == "Mon–Fri 08:30–18:00, Sat 09:00–13:00"
