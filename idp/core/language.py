"""The language in which people are spoken to. English stands in the code; the other languages stand in `idp/locale`.

It is ambient (a context variable), like the origin of a call: it says how something is put into words and decides nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from idp.core.catalogues import catalogue

LANGUAGES = ("en", "fr", "de", "it", "es")

_current: ContextVar[str] = ContextVar("language", default="en")


def current_language() -> str:
    """The language of what is being written: a primary tag of BCP 47."""
    return _current.get()


def speak(language: str) -> None:
    """Everything this thread writes from here on is in `language`, until the next call begins."""
    _current.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Writes in `language` for a while, as a mail to somebody who reads another language than the page."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def look_up(text: str) -> str:
    """`text` in the current language as its translator wrote it, nothing filled in; itself where nobody translated it."""
    return catalogue(current_language()).gettext(text) if text else text


def look_up_plural(one: str, many: str, number: int) -> str:
    """`one` or `many` in the current language, by what it says of `number`; nothing filled in."""
    return catalogue(current_language()).ngettext(one, many, number)


def _(text: str, **values: object) -> str:
    """`text` in the current language, its `%(name)s` filled in; a percent sign is written `%%`."""
    return look_up(text) % values


def ngettext(one: str, many: str, number: int, **values: object) -> str:
    """`one` or `many`, by what the current language says of `number`, which is also the value `num`."""
    return look_up_plural(one, many, number) % {"num": number, **values}


def N_(text: str) -> str:
    """Marks text of a table for translation, and gives it back; whoever shows it says `_(text)`."""
    return text
