"""How money, dates and percentages read in English (United Kingdom)."""

from datetime import date
from decimal import Decimal

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def pounds(amount: str | Decimal) -> str:
    """Write an amount: £1,234.50."""
    return f"£{Decimal(amount):,.2f}"


def whole_pounds(amount: str | Decimal) -> str:
    """Write an amount for the axis of a chart: £1,235."""
    return f"£{Decimal(amount):,.0f}"


def long_date(day: str | date) -> str:
    """Write a day in full: 14 December 2026."""
    found = _day(day)
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def short_date(day: str | date) -> str:
    """Write a day for a table: 14 Dec 2026."""
    found = _day(day)
    return f"{found.day} {MONTHS[found.month - 1][:3]} {found.year}"


def month(day: str | date) -> str:
    """Write a month for the axis of a chart: Dec 2026."""
    found = _day(day)
    return f"{MONTHS[found.month - 1][:3]} {found.year}"


def _day(day: str | date) -> date:
    return date.fromisoformat(day) if isinstance(day, str) else day
