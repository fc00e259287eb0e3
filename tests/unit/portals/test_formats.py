"""Money, numbers, days and hours as each language writes them, and amounts as its speakers type them."""

import re
from collections.abc import Callable, Iterator
from datetime import time
from decimal import Decimal

import pytest
from flask import Flask

from portals.brands import clock_text
from portals.language import LANGUAGES, speak
from portals.pages.formats import long_date, month, number, percent, pounds, short_date, whole_pounds
from portals.pages.paying import read_amount


@pytest.fixture
def speaking() -> Iterator[Callable[[str], None]]:
    with Flask("no portal").app_context():
        yield speak


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ["£1,234.50", "£1,234", "25,000", "6.9%", "4 September 2026", "4 Sep 2026", "Sep 2026", "8.30am"]),
        ("fr", ["1 234,50 £", "1 234 £", "25 000", "6,9 %", "4 septembre 2026", "4 sept. 2026", "sept. 2026", "08:30"]),
        ("de", ["1.234,50 £", "1.234 £", "25.000", "6,9 %", "4. September 2026", "4. Sept. 2026", "Sept. 2026", "08:30"]),
        ("it", ["1.234,50 £", "1.234 £", "25.000", "6,9%", "4 settembre 2026", "4 set 2026", "set 2026", "08:30"]),
        ("es", ["1.234,50 £", "1.234 £", "25.000", "6,9 %", "4 de septiembre de 2026", "4 sept 2026", "sept 2026", "08:30"]),
    ],
)
def test_each_language_writes_them_its_own_way(speaking: Callable[[str], None], language: str, shown: list[str]) -> None:
    speaking(language)
    money = [pounds("1234.5"), whole_pounds("1234.5"), number(25_000), percent("6.9")]
    made = [*money, *(write("2026-09-04") for write in (long_date, short_date, month)), clock_text(time(8, 30))]
    assert [re.sub(r"\s", " ", text) for text in made] == shown


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("150,00", "150.00"),
        ("150.00", "150.00"),
        ("150,5 £", "150.5"),
        ("1.250", "1250"),
        ("1.250,75", "1250.75"),
        ("1 250,75", "1250.75"),
        ("1\u202f250,75\u00a0£", "1250.75"),
        ("1,250", None),
        ("1,250.00", None),
        ("12.50.00", None),
        ("9.999.999,99", "9999999.99"),
        ("99.999.999", None),
    ],
)
def test_amounts_as_people_write_them(speaking: Callable[[str], None], language: str, typed: str, read: str | None) -> None:
    """What is the comma of one language is the point of another: nobody pays a hundred times what they meant."""
    speaking(language)
    assert read_amount(typed) == (None if read is None else Decimal(read))
