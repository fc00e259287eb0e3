"""How money, numbers, dates and percentages read in the language of the page. Money is in pounds everywhere."""

from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from portals.language import current_language

# In the order of the language, where it is another than of most.
DAY, DAYS = "d MMMM y", {"de": "d. MMMM y", "es": "d 'de' MMMM 'de' y"}
SHORT_DAY, SHORT_DAYS = "d MMM y", {"de": "d. MMM y"}
MONTH = "MMM y"


def pounds(amount: str | Decimal) -> str:
    """Write an amount: £1,234.50."""
    return format_decimal(Decimal(amount), _money(), current_language())


def whole_pounds(amount: str | Decimal) -> str:
    """Write an amount for the axis of a chart: £1,235."""
    return format_decimal(Decimal(amount), _money().replace(".00", ""), current_language())


def number(value: int) -> str:
    """Write a count: 8,000."""
    return format_decimal(value, locale=current_language())


def percent(value: str) -> str:
    """Write `value`, in percent: 6.9%."""
    return format_percent(Decimal(value) / 100, locale=current_language(), decimal_quantization=False)


def long_date(day: str | date) -> str:
    """Write a day in full: 14 December 2026."""
    return _written(day, DAYS.get(current_language(), DAY))


def short_date(day: str | date) -> str:
    """Write a day for a table: 14 Dec 2026."""
    return _written(day, SHORT_DAYS.get(current_language(), SHORT_DAY))


def month(day: str | date) -> str:
    """Write a month for the axis of a chart: Dec 2026."""
    return _written(day, MONTH)


def _written(day: str | date, pattern: str) -> str:
    return format_date(date.fromisoformat(day) if isinstance(day, str) else day, pattern, current_language())


def _money() -> str:
    # Some languages write GBP, so as not to be taken for another pound: here there is no other.
    return str(Locale.parse(current_language()).currency_formats["standard"].pattern).replace("¤", "£")
