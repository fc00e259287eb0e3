"""Whether what somebody on the phone answered is what the books say of the customer they say they are (docs/support.md)."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from portals.data.agreements import Customer, payments
from portals.data.customers import plain

Judge = Callable[[Customer, str, date], bool]


def verdicts(caller: Customer, answers: Mapping[str, str], today: date) -> dict[str, bool]:
    """Return for each answer whether it is right; what we cannot judge is not."""
    return {asked: asked in JUDGES and JUDGES[asked](caller, answer, today) for asked, answer in answers.items()}


def _agreement(caller: Customer, answer: str, _today: date) -> bool:
    return plain(answer) in {plain(agreement.id) for agreement in caller.agreements}


def _birth_date(caller: Customer, answer: str, _today: date) -> bool:
    return answer == caller.birth_date.isoformat()


def _postcode(caller: Customer, answer: str, _today: date) -> bool:
    return plain(answer) == plain(caller.postcode)


def _full_name(caller: Customer, answer: str, _today: date) -> bool:
    person = f"{caller.given_name} {caller.family_name}" if caller.given_name and caller.family_name else caller.name
    return answer.casefold().split() == person.casefold().split()


def _last_payment(caller: Customer, answer: str, today: date) -> bool:
    collected = [paid for agreement in caller.agreements for paid in payments(agreement, today) if paid.collected <= today]
    latest = max((paid.collected for paid in collected), default=None)
    try:
        amount = Decimal(answer)
    except InvalidOperation:
        return False
    return amount in {paid.amount for paid in collected if paid.collected == latest}


def _vehicle(caller: Customer, answer: str, _today: date) -> bool:
    return plain(answer) in {plain(agreement.vehicle.plate) for agreement in caller.agreements}


JUDGES: dict[str, Judge] = {
    "agreement": _agreement,
    "birth_date": _birth_date,
    "postcode": _postcode,
    "full_name": _full_name,
    "last_payment": _last_payment,
    "vehicle": _vehicle,
}
