"""Sample agreements: dated from today, summing to the penny."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.brands import load_brands
from portals.data.agreements import Agreement, documents, next_due, payments, working_day
from portals.data.amortisation import Terms, to_penny
from portals.data.customers import load_books

TODAY = date(2026, 11, 22)
ALL = [
    agreement
    for brand in load_brands()
    for customer in load_books(brand).customers.values()
    for agreement in customer.agreements
]
DAYS = st.dates(date(2024, 1, 1), date(2040, 12, 31))


def test_the_demo_customers_have_what_they_are_said_to_have() -> None:
    stellantis, alphera = load_books("stellantis"), load_books("alphera")
    kinds = {
        number: [agreement.kind for agreement in customer.agreements]
        for number, customer in (stellantis.customers | alphera.customers).items()
    }
    assert kinds["ST-204118"] == ["PCP"]
    assert kinds["ST-310552"] == ["lease"]
    assert len(kinds["ST-900077"]) == 6
    assert kinds["AL-773105"] == ["HP"]
    assert kinds["AL-481920"] == ["PCP"]


def test_ids_are_unique_over_all_brands() -> None:
    assert len({agreement.id for agreement in ALL}) == len(ALL)


@given(st.sampled_from(ALL), DAYS)
def test_the_next_payment_is_always_near(agreement: Agreement, today: date) -> None:
    lines = agreement.lines(today)
    assert timedelta(0) < lines[agreement.paid].due - today <= timedelta(days=31)
    assert lines[agreement.paid - 1].due <= today
    assert [line.due for line in lines] == sorted({line.due for line in lines})


@pytest.mark.parametrize("agreement", ALL, ids=lambda one: one.id)
def test_paid_and_outstanding_sum_to_the_whole(agreement: Agreement) -> None:
    lines = agreement.lines(TODAY)
    whole = lines[0].balance + lines[0].principal
    paid = sum((line.principal for line in lines[: agreement.paid]), Decimal(0))
    assert agreement.outstanding(TODAY) == whole - paid
    assert lines[-1].balance == (agreement.terms.balloon if isinstance(agreement.terms, Terms) else 0)


@pytest.mark.parametrize("agreement", ALL, ids=lambda one: one.id)
def test_payments_are_what_the_schedule_says(agreement: Agreement) -> None:
    made, lines = payments(agreement, TODAY), agreement.lines(TODAY)
    assert [payment.amount for payment in reversed(made)] == [line.payment for line in lines[: agreement.paid]]
    assert all(payment.collected.weekday() < 5 for payment in made)
    assert all(timedelta(0) <= payment.collected - payment.due <= timedelta(days=2) for payment in made)


def test_documents_come_newest_first_and_never_from_the_future() -> None:
    for agreement in ALL:
        dates = [document.dated for document in documents(agreement, TODAY)]
        assert dates == sorted(dates, reverse=True)
        assert dates[0] <= TODAY


def test_the_due_day_is_strictly_ahead() -> None:
    assert next_due(date(2026, 11, 14), 14) == date(2026, 12, 14)
    assert next_due(date(2026, 11, 13), 14) == date(2026, 11, 14)
    assert next_due(date(2027, 2, 27), 31) == date(2027, 2, 28)


def test_weekends_wait_for_monday() -> None:
    assert working_day(date(2026, 11, 21)) == date(2026, 11, 23)
    assert working_day(date(2026, 11, 22)) == date(2026, 11, 23)
    assert working_day(date(2026, 11, 23)) == date(2026, 11, 23)


def test_an_unknown_number_has_no_books() -> None:
    assert load_books("stellantis").customer(None) is None
    assert load_books("stellantis").customer("AL-773105") is None
    assert load_books("a-brand-without-customers").customers == {}


@given(st.sampled_from(ALL), DAYS, st.decimals(0, 1, places=6))
def test_an_extra_payment_lowers_what_is_to_come_to_the_penny(agreement: Agreement, today: date, part: Decimal) -> None:
    extra = to_penny(agreement.payable(today) * part)
    agreed, after = agreement.lines(today), replace(agreement, overpaid=extra)
    lines = after.lines(today)
    assert lines[: agreement.paid] == agreed[: agreement.paid]
    assert [(line.number, line.due) for line in lines] == [(line.number, line.due) for line in agreed]
    assert after.outstanding(today) == agreement.outstanding(today) - extra
    coming = lines[agreement.paid :]
    assert sum((line.principal for line in coming), Decimal(0)) == after.outstanding(today) - lines[-1].balance
    assert lines[-1].balance == agreed[-1].balance
    assert all(line.payment >= 0 and line.interest >= 0 for line in coming)
    assert all(
        line.payment <= was.payment + Decimal("0.50") for line, was in zip(coming, agreed[agreement.paid :], strict=True)
    )
