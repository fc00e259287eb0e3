from datetime import timedelta

import pytest

from idp.sessions.context import Requirement, is_recent
from tests.builders import BEGINNING

MINUTE = timedelta(minutes=1)
FIRST = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("asked", "level"),
    [
        ((), None),
        (("phr", "2sv"), "2sv"),
        (("mfa",), "mfa"),
        (("urn:example:gold",), None),
        (("urn:example:gold", "mfa"), "mfa"),
    ],
)
def test_any_of_the_levels_asked_will_do_and_unknown_ones_count_for_nothing(asked: tuple[str, ...], level: str | None) -> None:
    assert Requirement(acr_values=asked).level == level


def test_a_proof_is_recent_up_to_its_last_moment() -> None:
    assert is_recent(BEGINNING, MINUTE, BEGINNING + MINUTE)
    assert not is_recent(BEGINNING, MINUTE, BEGINNING + MINUTE + FIRST)


def test_a_clock_set_back_makes_no_old_proof_fresh() -> None:
    assert not is_recent(BEGINNING, MINUTE, BEGINNING - timedelta(hours=1))
    assert is_recent(BEGINNING, MINUTE, BEGINNING - timedelta(seconds=5))
