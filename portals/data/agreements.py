"""Agreements of one customer, as the brand's books would have them on a given day."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from portals.data.amortisation import ZERO, Instalment, Terms, add_months, schedule
from portals.language import _

Kind = Literal["HP", "PCP", "lease"]
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What is financed. `plate` is the registration mark."""

    make: str
    model: str
    plate: str


@dataclass(frozen=True, slots=True)
class Rental:
    """The terms of a lease: `initial` is the first rental, `monthly` every later one; it bears no interest."""

    initial: Decimal
    monthly: Decimal
    months: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement. `paid` instalments are behind the customer, and the next falls due on the coming `due_day`.

    `overpaid` is what the customer paid beside the instalments. It lowers the debt at once and every instalment to come,
    over the same term.
    """

    id: str
    kind: Kind
    vehicle: Vehicle
    terms: Terms | Rental
    due_day: int
    paid: int
    miles_a_year: int | None
    overpaid: Decimal = ZERO

    def lines(self, today: date) -> tuple[Instalment, ...]:
        """Return the whole schedule, dated so that the first unpaid line is the next due date after `today`."""
        agreed = self._agreed(today)
        if not self.overpaid:
            return agreed
        apr, balloon = (self.terms.apr, self.terms.balloon) if isinstance(self.terms, Terms) else (ZERO, ZERO)
        left = Terms(self.outstanding(today), apr, len(agreed) - self.paid, balloon)
        coming = schedule(left, next_due(today, self.due_day), self.due_day)
        return agreed[: self.paid] + tuple(replace(line, number=line.number + self.paid) for line in coming)

    def outstanding(self, today: date) -> Decimal:
        """Return what is still owed: capital with the balloon, or the rentals to come."""
        return self._owed(self._agreed(today)) - self.overpaid

    def payable(self, today: date) -> Decimal:
        """Return the most that may ever be paid beside the instalments: the last of them has to stay due.

        The end of an agreement needs a settlement figure, which only the brand can give.
        """
        agreed = self._agreed(today)
        if self.paid >= len(agreed):
            return ZERO
        balloon = self.terms.balloon if isinstance(self.terms, Terms) else ZERO
        return max(ZERO, self._owed(agreed) - balloon - agreed[self.paid].payment)

    def _agreed(self, today: date) -> tuple[Instalment, ...]:
        first = add_months(next_due(today, self.due_day), -self.paid, self.due_day)
        match self.terms:
            case Terms():
                return tuple(schedule(self.terms, first, self.due_day))
            case Rental():
                return tuple(_rentals(self.terms, first, self.due_day))

    def _owed(self, agreed: tuple[Instalment, ...]) -> Decimal:
        return agreed[self.paid - 1].balance if self.paid else agreed[0].balance + agreed[0].principal


@dataclass(frozen=True, slots=True)
class Payment:
    """One collected instalment."""

    number: int
    due: date
    collected: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Document:
    """One entry of the customer's post box."""

    id: str
    title: str
    dated: date
    pages: int


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer of one brand, by the brand's own customer number, with the contacts the brand has on file."""

    number: str
    name: str
    since: int
    agreements: tuple[Agreement, ...]
    birth_date: date
    postcode: str
    email: str | None = None
    phone: str | None = None
    given_name: str | None = None
    family_name: str | None = None

    def agreement(self, agreement_id: str) -> Agreement | None:
        return next((one for one in self.agreements if one.id == agreement_id), None)


def next_due(today: date, due_day: int) -> date:
    """Return the first `due_day` after `today`."""
    this_month = add_months(today, 0, due_day)
    return this_month if this_month > today else add_months(today, 1, due_day)


def payments(agreement: Agreement, today: date) -> tuple[Payment, ...]:
    """Return what was collected so far, newest first. Direct debits fall on working days."""
    return tuple(
        Payment(number=line.number, due=line.due, collected=working_day(line.due), amount=line.payment)
        for line in reversed(agreement.lines(today)[: agreement.paid])
    )


def working_day(day: date) -> date:
    """Return `day`, or the Monday after where it falls on a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= SATURDAY else day


def documents(agreement: Agreement, today: date) -> tuple[Document, ...]:
    """Return the documents of an agreement, newest first: the contract's papers and a statement for each full year."""
    lines = agreement.lines(today)
    signed = add_months(lines[0].due, -1)
    papers = [
        Document("agreement", _("Your signed agreement"), signed, 12),
        Document("information", _("Before you signed: key information"), signed - timedelta(days=2), 4),
        Document("direct-debit", _("Direct debit confirmation"), signed + timedelta(days=5), 1),
    ]
    for year in range(1, agreement.paid // 12 + 1):
        dated = lines[year * 12 - 1].due + timedelta(days=7)
        if dated <= today:
            papers.append(Document(f"statement-{year}", _("Annual statement, year %(year)s", year=year), dated, 3))
    return tuple(sorted(papers, key=lambda paper: paper.dated, reverse=True))


def _rentals(rental: Rental, first: date, due_day: int) -> Iterator[Instalment]:
    left = rental.initial + rental.monthly * (rental.months - 1)
    for number in range(1, rental.months + 1):
        payment = rental.initial if number == 1 else rental.monthly
        left -= payment
        yield Instalment(
            number=number,
            due=add_months(first, number - 1, due_day),
            payment=payment,
            interest=ZERO,
            principal=payment,
            balance=left,
        )
