from datetime import datetime, timedelta

import pytest

from idp.sessions.context import ACR_ORDER, Context, Requirement
from tests.builders import BEGINNING

MINUTE = timedelta(minutes=1)
FIRST = timedelta(microseconds=1)


def context(acr: str = "pwd") -> Context:
    return Context(acr, ("pwd",), BEGINNING, ("password",))


def meets(have: Context, asked: Requirement, now: datetime) -> bool:
    return have.is_fresh(asked, now, renewed=False) and have.reaches(asked.level)


def test_nothing_asked_is_always_met() -> None:
    assert meets(context(), Requirement(), BEGINNING + timedelta(days=1))


@pytest.mark.parametrize("have", ACR_ORDER)
@pytest.mark.parametrize("asked", ACR_ORDER)
def test_a_higher_level_satisfies_a_lower_one(have: str, asked: str) -> None:
    met = meets(context(have), Requirement(acr_values=(asked,)), BEGINNING)
    assert met == (ACR_ORDER.index(have) >= ACR_ORDER.index(asked))


def test_any_of_the_levels_asked_will_do_and_unknown_ones_count_for_nothing() -> None:
    assert meets(context("2sv"), Requirement(acr_values=("phr", "2sv")), BEGINNING)
    assert not meets(context("pwd"), Requirement(acr_values=("phr", "2sv")), BEGINNING)
    assert meets(context("pwd"), Requirement(acr_values=("urn:example:gold",)), BEGINNING)
    assert not meets(context("pwd"), Requirement(acr_values=("urn:example:gold", "mfa")), BEGINNING)


def test_max_age_is_met_up_to_its_last_moment() -> None:
    asked = Requirement(max_age=MINUTE)
    assert meets(context(), asked, BEGINNING + MINUTE)
    assert not meets(context(), asked, BEGINNING + MINUTE + FIRST)


def test_a_proof_for_this_very_request_is_asked_whatever_the_clock_says() -> None:
    asked = Requirement(renewed=True)
    assert not context().is_fresh(asked, BEGINNING, renewed=False)
    assert context().is_fresh(asked, BEGINNING + MINUTE, renewed=True)


def test_a_clock_set_back_makes_no_old_proof_fresh() -> None:
    asked = Requirement(max_age=MINUTE)
    assert not meets(context(), asked, BEGINNING - timedelta(hours=1))
    assert meets(context(), asked, BEGINNING - timedelta(seconds=5))
