"""Annuity arithmetic to the penny."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

PENNY = Decimal("0.01")
ZERO = Decimal("0.00")
PRECISE = Context(prec=40)


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed. `apr` is the effective yearly rate in percent; `balloon` is left over after the instalments."""

    financed: Decimal
    apr: Decimal
    instalments: int
    balloon: Decimal = ZERO

    def __post_init__(self) -> None:
        if self.instalments < 1 or self.apr < 0 or not ZERO <= self.balloon < self.financed:
            raise ValueError("needs at least one instalment, no negative rate and a balloon below the sum financed")


@dataclass(frozen=True, slots=True)
class Instalment:
    """One line of a repayment schedule; `balance` is what is owed after it."""

    number: int
    due: date
    payment: Decimal
    interest: Decimal
    principal: Decimal
    balance: Decimal


def to_penny(amount: Decimal) -> Decimal:
    """Round commercially to two places."""
    return amount.quantize(PENNY, ROUND_HALF_UP)


def add_months(day: date, months: int, day_of_month: int | None = None) -> date:
    """Return the date `months` later (or earlier, when negative), on `day_of_month` where that month has it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    wanted = day_of_month or day.day
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - date(year, month + 1, 1)).days
    return date(year, month + 1, min(wanted, last))


def monthly_rate(apr: Decimal) -> Decimal:
    """Return the rate of one month whose twelvefold compounding is the effective yearly `apr`."""
    with localcontext(PRECISE):
        return (1 + apr / 100) ** (Decimal(1) / 12) - 1


def level_payment(terms: Terms) -> Decimal:
    """Return the regular instalment: the annuity of the sum financed less the balloon's present value."""
    with localcontext(PRECISE):
        rate = monthly_rate(terms.apr)
        if rate == 0:
            return to_penny((terms.financed - terms.balloon) / terms.instalments)
        discount = (1 + rate) ** -terms.instalments
        return to_penny((terms.financed - terms.balloon * discount) * rate / (1 - discount))


def schedule(terms: Terms, first_due: date, due_day: int) -> Iterator[Instalment]:
    """Yield every instalment, each on `due_day` of its month, from the month of `first_due` on.

    The last one takes up the pennies that rounding left, so that the parts sum exactly.
    """
    rate, regular, balance = monthly_rate(terms.apr), level_payment(terms), terms.financed
    for number in range(1, terms.instalments + 1):
        interest = to_penny(balance * rate)
        principal = balance - terms.balloon if number == terms.instalments else regular - interest
        balance -= principal
        yield Instalment(
            number=number,
            due=add_months(first_due, number - 1, due_day),
            payment=interest + principal,
            interest=interest,
            principal=principal,
            balance=balance,
        )
