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
    assert Requirement(asked, MINUTE, renewed=True).least == Requirement((level,) if level else (), MINUTE, renewed=True)


@pytest.mark.parametrize(
    ("asked", "step_up"),
    [
        ((), False),
        (("pwd", "phr"), False),
        (("phr", "pwd"), True),
        (("urn:example:gold", "pwd"), False),
        (("urn:example:gold", "2sv"), True),
    ],
)
def test_the_most_wanted_level_says_whether_more_is_asked_than_to_sign_in(asked: tuple[str, ...], step_up: bool) -> None:
    wanted = Requirement(acr_values=asked)
    assert (wanted.is_step_up, wanted.is_plain) == (step_up, not step_up)


def test_a_proof_is_recent_up_to_its_last_moment() -> None:
    assert is_recent(BEGINNING, MINUTE, BEGINNING + MINUTE)
    assert not is_recent(BEGINNING, MINUTE, BEGINNING + MINUTE + FIRST)


def test_a_clock_set_back_makes_no_old_proof_fresh() -> None:
    assert not is_recent(BEGINNING, MINUTE, BEGINNING - timedelta(hours=1))
    assert is_recent(BEGINNING, MINUTE, BEGINNING - timedelta(seconds=5))
