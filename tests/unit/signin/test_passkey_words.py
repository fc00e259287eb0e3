import pytest

from idp.factors.passkey import UnknownCredential
from idp.factors.passkey_ceremony import Because, Refused
from idp.signin.passkey_words import refusal


@pytest.mark.parametrize("because", Because)
def test_every_refusal_has_words_without_blame(because: Because) -> None:
    said = refusal(Refused(because))
    assert said.title
    assert said.text.endswith(".")
    assert not {"invalid", "error", "failed", "oops"} & set(f"{said.title} {said.text}".lower().split())


def test_a_removed_one_and_an_unknown_one_read_the_same() -> None:
    assert refusal(UnknownCredential("AAAA")) == refusal(Refused(Because.REMOVED))
