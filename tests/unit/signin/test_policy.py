from datetime import timedelta

import pytest

from idp.factors.factor import Proof
from idp.sessions.context import Context, Requirement
from idp.signin.gate import meets
from idp.signin.masking import masked
from idp.signin.policy import ACR_VALUES, context_of, level_asked
from tests.builders import BEGINNING

SECOND = timedelta(seconds=1)


def test_levels_follow_from_the_factors_there_are() -> None:
    assert ACR_VALUES == ("pwd",)


@pytest.mark.parametrize(
    ("asked", "level"), [((), None), (("pwd",), "pwd"), (("mfa",), None), (("mfa", "pwd"), "pwd"), (("x",), None)]
)
def test_a_level_no_factor_gives_is_not_asked(asked: tuple[str, ...], level: str | None) -> None:
    assert level_asked(Requirement(acr_values=asked)) == level


def test_the_context_tells_the_strongest_proof_and_every_method_once() -> None:
    proofs = (
        Proof("password", ("pwd",), "pwd", BEGINNING + SECOND),
        Proof("passkey", ("hwk", "user", "pwd"), "phr", BEGINNING + 2 * SECOND),
    )
    assert context_of(proofs) == Context("phr", ("pwd", "hwk", "user"), BEGINNING + 2 * SECOND, ("password", "passkey"))


def test_the_gate_asks_for_freshness_and_for_what_can_be_reached() -> None:
    context = Context("pwd", ("pwd",), BEGINNING, ("password",))
    assert meets(context, Requirement(acr_values=("mfa",)), BEGINNING, renewed=False)
    assert not meets(context, Requirement(max_age=SECOND), BEGINNING + 2 * SECOND, renewed=False)
    assert meets(context, Requirement(max_age=SECOND), BEGINNING + 2 * SECOND, renewed=True)
    assert not meets(context, Requirement(renewed=True), BEGINNING, renewed=False)
    assert meets(context, Requirement(renewed=True), BEGINNING, renewed=True)


@pytest.mark.parametrize(
    ("name", "shown"), [("ana", "a•••"), ("ana@example.test", "a•••@example.test"), ("", "•••"), ("é", "é•••")]
)
def test_masked_names_tell_their_owner_enough(name: str, shown: str) -> None:
    assert masked(name) == shown
