from datetime import timedelta

import pytest

from idp.sessions.context import ACR_ORDER, Context, Requirement
from tests.builders import BEGINNING

MINUTE = timedelta(minutes=1)
FIRST = timedelta(microseconds=1)


def context(acr: str = "pwd") -> Context:
    return Context(acr, ("pwd",), BEGINNING, ("password",))


def test_nothing_asked_is_always_met() -> None:
    assert context().meets(Requirement(), BEGINNING + timedelta(days=1))


@pytest.mark.parametrize("have", ACR_ORDER)
@pytest.mark.parametrize("asked", ACR_ORDER)
def test_a_higher_level_satisfies_a_lower_one(have: str, asked: str) -> None:
    meets = context(have).meets(Requirement(acr_values=(asked,)), BEGINNING)
    assert meets == (ACR_ORDER.index(have) >= ACR_ORDER.index(asked))


def test_any_of_the_levels_asked_will_do_and_unknown_ones_count_for_nothing() -> None:
    assert context("2sv").meets(Requirement(acr_values=("phr", "2sv")), BEGINNING)
    assert not context("pwd").meets(Requirement(acr_values=("phr", "2sv")), BEGINNING)
    assert context("pwd").meets(Requirement(acr_values=("urn:example:gold",)), BEGINNING)
    assert not context("pwd").meets(Requirement(acr_values=("urn:example:gold", "mfa")), BEGINNING)


def test_max_age_is_met_up_to_its_last_moment() -> None:
    asked = Requirement(max_age=MINUTE)
    assert context().meets(asked, BEGINNING + MINUTE)
    assert not context().meets(asked, BEGINNING + MINUTE + FIRST)


def test_a_proof_from_before_the_moment_does_not_count() -> None:
    assert not context().meets(Requirement(after=BEGINNING), BEGINNING)
    assert context().meets(Requirement(after=BEGINNING - FIRST), BEGINNING)
