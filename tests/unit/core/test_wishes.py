"""Who is heard first when a page's language is chosen, and that nobody's nonsense is in the way."""

import pytest

from idp.core.language import LANGUAGES, current_language
from idp.core.wishes import Wishes, asked_for, choose, language_of, listen, wish


@pytest.mark.parametrize(
    ("wishes", "spoken"),
    [
        (Wishes(), "en"),
        (Wishes(browser="de"), "de"),
        (Wishes(browser="de", subject="it"), "it"),
        (Wishes(browser="de", subject="it", chosen="es"), "es"),
        (Wishes(browser="de", subject="it", chosen="es", asked="fr"), "fr"),
        # The application was overruled once, and asks for the same again.
        (Wishes(chosen="es", in_place_of="fr", asked="fr"), "es"),
        (Wishes(chosen="es", in_place_of="fr", asked="fr-CA fr"), "es"),
        # It asks for something else by now.
        (Wishes(chosen="es", in_place_of="fr", asked="de"), "de"),
    ],
)
def test_who_is_heard_first(wishes: Wishes, spoken: str) -> None:
    assert choose(wishes, LANGUAGES) == spoken


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("fr-CA", "fr"),
        ("FR", "fr"),
        ("pt nl it de", "it"),
        ("de_AT", "de"),
        ("x-klingon", "en"),
        ("fr;q=0", "en"),
        ("  es", "es"),
    ],
)
def test_what_an_application_asks_for(asked: str, spoken: str) -> None:
    assert choose(Wishes(asked=asked), LANGUAGES) == spoken


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("pt-BR, it;q=0.5, fr;q=0.7", "fr"),
        ("fr;q=0, es", "es"),
        ("fr; q=0.001", "fr"),
        ("fr;q=2,it", "it"),
        ("*", "en"),
        (";;;,,,q=1", "en"),
        ("\xff;q=9, *;q=x", "en"),
        ("nl," * 1000 + "fr", "en"),
    ],
)
def test_what_a_browser_accepts(accepted: str, spoken: str) -> None:
    assert choose(Wishes(browser=accepted), LANGUAGES) == spoken


def test_only_what_a_brand_offers_is_spoken() -> None:
    everybody_wants = Wishes(asked="fr", chosen="fr", subject="fr", browser="fr, de;q=0.1")
    assert choose(everybody_wants, ("it", "de")) == "de"
    assert choose(Wishes(browser="fr"), ("it", "de")) == "it"


def test_who_has_no_locale_is_written_to_in_the_brands_first_language() -> None:
    assert language_of(None, ("it", "en")) == "it"
    assert language_of("en-GB", ("it", "en")) == "en"


def test_a_call_speaks_as_its_wishes_become_known() -> None:
    listen(Wishes(browser="de"), lambda brand: ("fr", "en") if brand == "french" else LANGUAGES)
    assert current_language() == "de"
    wish(subject="it")
    assert (current_language(), asked_for()) == ("it", "")
    wish(asked="es pt")
    assert (current_language(), asked_for()) == ("es", "es")
    wish(brand="french")
    assert (current_language(), asked_for()) == ("fr", "")
