"""When somebody answers the phone."""

from datetime import UTC, datetime, time

from idp.brands.brand import Opening, Support

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


def test_when_it_opens_next() -> None:
    assert SUPPORT.opens_next(MONDAY.replace(hour=5)) == Opening(0, 0, time(8, 30))
    assert SUPPORT.opens_next(MONDAY.replace(hour=18)) == Opening(1, 1, time(8, 30))
    assert SUPPORT.opens_next(MONDAY.replace(day=6, hour=15)) == Opening(2, 0, time(8, 30))


def test_who_has_no_hours_never_opens() -> None:
    assert SUPPORT.model_copy(update={"hours": ()}).opens_next(MONDAY) is None
