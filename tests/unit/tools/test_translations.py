"""A translation that would break a page, or leave a word out, is told before it is shipped."""

import pytest
from babel.messages.catalog import Message

from tools.translations import faults

PLURAL = ("%(num)d code for %(name)s", "%(num)d codes for %(name)s")


@pytest.mark.parametrize(
    ("english", "text"),
    [
        ("Sign in", "Se connecter"),
        ("At <strong>%(host)s</strong>", "Sur <strong>%(host)s</strong>"),
        ("100%%", "100 %%"),
        (PLURAL, ("Un code pour %(name)s", "%(num)d codes pour %(name)s")),
        (("One code", "%(num)d codes"), ("%(num)d code", "%(num)d codes")),
    ],
)
def test_a_sound_translation(english: str | tuple[str, str], text: str | tuple[str, str]) -> None:
    assert list(faults(Message(english, text), 2)) == []


@pytest.mark.parametrize(
    ("english", "text", "said"),
    [
        ("Sign in", "", "not translated"),
        ("At %(host)s", "Sur", "placeholders"),
        ("At %(host)s", "Sur %(hôte)s", "placeholders"),
        ("At %(host)s", "Sur %(host)s %(host)s", "placeholders"),
        ("100%%", "100 %", "percent sign"),
        ("At <b>home</b>", "À la maison", "HTML"),
        ("Sign in", "Se connecter ", "space"),
        ("Sign in", 'Se "connecter"', "quotation mark"),
        ("Sign in", "Se <connecter", "angle bracket"),
        (PLURAL, ("%(num)d code pour %(name)s", ""), "not translated"),
        (PLURAL, ("%(num)d code", "%(num)d codes pour %(name)s"), "placeholders"),
        (PLURAL, ("%(num)d code pour %(name)s", "des codes pour %(name)s"), "placeholders"),
        (PLURAL, ("%(num)d code pour %(name)s",), "plural forms"),
    ],
)
def test_a_fault_is_named(english: str | tuple[str, str], text: str | tuple[str, ...], said: str) -> None:
    assert any(said in fault for fault in faults(Message(english, text), 2))


def test_what_a_machine_guessed_waits_for_a_person() -> None:
    assert list(faults(Message("Sign in", "S’inscrire", flags={"fuzzy"}), 2)) == ["marked as fuzzy"]
