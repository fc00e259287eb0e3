"""The catalogues of `idp/locale`: what translators wrote, read when a language is first spoken.

They are kept as text (`.po`), which is what translators edit and what a change shows, and are compiled in memory.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "locale"

_read: dict[str, NullTranslations] = {}


def catalogue(language: str) -> NullTranslations:
    """The translations to `language`; none at all for one that has no file."""
    if language not in _read:
        # Two threads may both read the file: the second finds the same.
        _read[language] = _load(FOLDER / f"{language}.po", language)
    return _read[language]


@contextmanager
def put_in_place_of(language: str, translations: NullTranslations) -> Iterator[None]:
    """Speaks `language` by other `translations` for a while, in the whole process: how tests see what was not translated."""
    before = catalogue(language)
    _read[language] = translations
    try:
        yield
    finally:
        _read[language] = before


def _load(path: Path, language: str) -> NullTranslations:
    if not path.is_file():
        return NullTranslations()
    # Here and not above: a worker that speaks English only never needs them.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
