"""Annuity arithmetic to the penny."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.data.amortisation import Terms, add_months, level_payment, monthly_rate, schedule

FIRST = date(2026, 1, 15)
AMOUNTS = st.decimals(min_value=500, max_value=250_000, places=2)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    financed = draw(AMOUNTS)
    share = draw(st.decimals(min_value=0, max_value="0.8", places=2))
    return Terms(
        financed=financed,
        apr=draw(st.decimals(min_value=0, max_value="39.9", places=1)),
        instalments=draw(st.integers(min_value=1, max_value=96)),
        balloon=(financed * share).quantize(Decimal("0.01")),
    )


@given(terms())
def test_the_parts_sum_to_what_was_financed(agreed: Terms) -> None:
    lines = list(schedule(agreed, FIRST, 15))
    assert sum(line.principal for line in lines) + agreed.balloon == agreed.financed
    assert lines[-1].balance == agreed.balloon
    assert len(lines) == agreed.instalments


@given(terms())
def test_each_line_follows_from_the_one_before(agreed: Terms) -> None:
    owed = agreed.financed
    for line in schedule(agreed, FIRST, 15):
        assert line.payment == line.interest + line.principal
        assert line.interest >= 0
        assert owed - line.principal == line.balance
        owed = line.balance


@given(terms())
def test_only_the_last_instalment_takes_up_the_rounding(agreed: Terms) -> None:
    lines, regular = list(schedule(agreed, FIRST, 15)), level_payment(agreed)
    assert {line.payment for line in lines[:-1]} <= {regular}
    # Each line is off by at most half a penny of interest and the instalment's own half, grown by the rate.
    assert abs(lines[-1].payment - regular) <= Decimal("0.02") * agreed.instalments * 3


@given(terms())
def test_a_balloon_lowers_the_instalment(agreed: Terms) -> None:
    without = Terms(agreed.financed, agreed.apr, agreed.instalments)
    assert level_payment(agreed) <= level_payment(without)


def test_a_known_loan() -> None:
    agreed = Terms(financed=Decimal("10000.00"), apr=Decimal("12.682503"), instalments=12)
    assert abs(monthly_rate(agreed.apr) - Decimal("0.01")) < Decimal("1e-9")
    assert level_payment(agreed) == Decimal("888.49")


def test_without_interest_the_sum_is_shared_evenly() -> None:
    lines = list(schedule(Terms(Decimal("100.00"), Decimal(0), 3), FIRST, 15))
    assert [line.payment for line in lines] == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]


@pytest.mark.parametrize(
    ("financed", "apr", "instalments", "balloon"),
    [("100", "5", 0, "0"), ("100", "-1", 12, "0"), ("100", "5", 12, "100"), ("100", "5", 12, "-1")],
)
def test_terms_that_make_no_sense_are_refused(financed: str, apr: str, instalments: int, balloon: str) -> None:
    with pytest.raises(ValueError, match="balloon below"):
        Terms(Decimal(financed), Decimal(apr), instalments, Decimal(balloon))


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-240, 240), st.integers(1, 31))
def test_months_keep_their_day_where_they_have_it(day: date, months: int, wanted: int) -> None:
    found = add_months(day, months, wanted)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == wanted or (found.day < wanted and (found.month == 2 or found.day == 30))
