"""What a caller knows of the last payment and the vehicle, by the books of a day."""

from datetime import date

import pytest

from portals.account_api.caller_check import verdicts
from portals.data.agreements import payments
from portals.data.customers import load_books

TODAY = date(2026, 11, 2)
BEN = load_books("stellantis").customers["ST-310552"]


def test_the_payment_collected_last_is_right_and_no_other() -> None:
    last = payments(BEN.agreements[0], TODAY)[0]
    assert last.collected <= TODAY
    assert verdicts(BEN, {"last_payment": f"{last.amount}"}, TODAY) == {"last_payment": True}
    for said in (f"{last.amount + 1}", "1764.00", "", "NaN", "Infinity", "1e400"):
        assert verdicts(BEN, {"last_payment": said}, TODAY) == {"last_payment": False}


@pytest.mark.parametrize(("plate", "right"), [("LR73HWO", True), ("lr73 hwo", True), ("LR73HW", False), ("é", False)])
def test_a_vehicle_by_its_mark(plate: str, right: bool) -> None:
    assert verdicts(BEN, {"vehicle": plate}, TODAY) == {"vehicle": right}
