"""The language in which a portal speaks to whoever reads it. English stands in the code, the others in `portals/locale`.

A request is answered in the first of these that we have: the language pressed at the foot of a page, which a cookie keeps, the
customer's own by their ID token, what their browser accepts, English.
"""

from collections.abc import Iterable
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import g, has_app_context

FOLDER = Path(__file__).parent / "locale"
# What each language is called by those who speak it.
NAMES = {"en": "English", "fr": "Français", "de": "Deutsch", "it": "Italiano", "es": "Español"}
LANGUAGES = tuple(NAMES)
ENGLISH = LANGUAGES[0]
# How a page names its language; those that are written alike everywhere need no country.
TAGS = {"en": "en-GB"}


def choose(tags: Iterable[str]) -> str:
    """Return the language of the first of `tags` (BCP 47, the preferred first) that we have; English where we have none."""
    found = (tag.replace("_", "-").partition("-")[0].lower() for tag in tags)
    return next((language for language in found if language in LANGUAGES), ENGLISH)


def speak(language: str) -> None:
    """Answer the request under way in `language`."""
    g.language = language


def current_language() -> str:
    """Return the language of what is being written; English outside of any request."""
    language: str = g.get("language", ENGLISH) if has_app_context() else ENGLISH
    return language


def page_tag() -> str:
    """Return how a page says which language it is in: en-GB, fr."""
    return TAGS.get(current_language(), current_language())


@cache
def catalogue(language: str) -> NullTranslations:
    """Return what the translators of `language` wrote."""
    path = FOLDER / f"{language}.po"
    if not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def look_up(text: str) -> str:
    """Return `text` in the current language, nothing filled in."""
    return catalogue(current_language()).gettext(text)


def look_up_plural(one: str, many: str, number: int) -> str:
    """Return `one` or `many` in the current language, by what it says of `number`; nothing filled in."""
    return catalogue(current_language()).ngettext(one, many, number)


def _(text: str, **values: object) -> str:
    """Return `text` in the current language, its `%(name)s` filled in; a percent sign is written `%%`."""
    return look_up(text) % values


def N_(text: str) -> str:
    """Mark text of a table for translation, and return it; whoever shows it looks it up."""
    return text
