"""Collects every word that people see and brings the catalogues of `idp/locale` up to date: `python -m tools.catalogues`.

Translations are kept, words that are gone are dropped, new ones wait for their translator. With `--check` nothing is
written; it fails where a catalogue is behind the code, or where a translation is missing or not sound.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from idp.core.catalogues import FOLDER
from idp.core.language import LANGUAGES
from tools.translations import faults

ROOT = Path(__file__).parent.parent
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")
# The portals speak English alone, and so do the demonstration and the console, which no customer sees.
ELSEWHERE = ("templates/portal/", "templates/demo/", "templates/admin/")
JINJA = "jinja2.ext:babel_extract"
SOURCES = {
    "idp": ([("**.py", "python")], {}),
    "templates": (
        [("**.html", JINJA), ("**.txt", JINJA)],
        {"**.*": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}},
    ),
}


def collected() -> Catalog:
    """Every message of the code and of the templates, with the files that say it."""
    found = Catalog()
    for folder, (methods, options) in SOURCES.items():
        for name, line, message, comments, context in extract_from_dir(ROOT / folder, methods, options, comment_tags=("For",)):
            file = f"{folder}/{name}"
            if not file.startswith(ELSEWHERE):
                found.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return found


def read(language: str) -> Catalog:
    """The catalogue of `language` as it is."""
    path = FOLDER / f"{language}.po"
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, template: Catalog) -> Catalog:
    """The catalogue of `language` with exactly the messages of `template`."""
    catalogue = read(language)
    catalogue.update(template, no_fuzzy_matching=True)
    return catalogue


def written(language: str, catalogue: Catalog) -> bytes:
    """The file. Neither dates nor line numbers stand in it: a change shows what was said anew and nothing else."""
    body = BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {get_plural(language)}\\n"\n\n'
    )
    return header.encode() + body.getvalue()


def problems() -> Iterator[str]:
    """What keeps a customer from reading every word in their language; nothing where all is well."""
    template = collected()
    for language in TRANSLATED:
        path = FOLDER / f"{language}.po"
        catalogue = updated(language, template)
        if not path.is_file() or path.read_bytes() != written(language, catalogue):
            yield f"{language}.po is behind the code: run `make languages`"
        for message in catalogue:
            yield from (f"{language}.po: {message.id!r}: {fault}" for fault in faults(message, catalogue.num_plurals))


def main() -> int:
    """Writes, or checks; the exit code."""
    if "--check" in sys.argv[1:]:
        found = list(problems())
        print("\n".join([*found, f"{len(found)} problems"]) if found else "Every word is translated.")
        return 1 if found else 0
    template = collected()
    for language in TRANSLATED:
        catalogue = updated(language, template)
        (FOLDER / f"{language}.po").write_bytes(written(language, catalogue))
        print(f"{language}: {len(catalogue)} messages, {sum(1 for m in catalogue if not _is_done(m))} to translate")
    return 0


def _is_done(message: object) -> bool:
    string = getattr(message, "string", "")
    return bool(string) and (isinstance(string, str) or all(string))


if __name__ == "__main__":
    sys.exit(main())
