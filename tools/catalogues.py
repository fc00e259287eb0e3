"""Collects every word that people see and brings the catalogues up to date: `python -m tools.catalogues`.

The provider keeps its own in `idp/locale`, the portals keep theirs in `portals/locale`.

Translations are kept, words that are gone are dropped, new ones wait for their translator. With `--check` nothing is
written; it fails where a catalogue is behind the code, or where a translation is missing or not sound.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from idp.core.catalogues import FOLDER
from idp.core.language import LANGUAGES
from portals.language import FOLDER as PORTALS_FOLDER
from portals.language import LANGUAGES as PORTALS_LANGUAGES
from tools.translations import faults

ROOT = Path(__file__).parent.parent
JINJA = "jinja2.ext:babel_extract"
OF_JINJA = {"**.*": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
# Of a brand of the portals; its names and its legal line are said alike in every language.
BRAND_WORDS = ("tagline", "makes")


@dataclass(frozen=True, slots=True)
class Source:
    """A folder of words: what reads the files of each pattern, the options of that, and the folders that belong to others."""

    folder: str
    methods: tuple[tuple[str, str], ...]
    options: Mapping[str, Mapping[str, str]]
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks to people: where the catalogues are, in which languages, and where the words come from."""

    folder: Path
    languages: tuple[str, ...]
    sources: tuple[Source, ...]


PAGES = (("**.html", JINJA), ("**.txt", JINJA))
SPEAKERS = (
    Speaker(
        FOLDER,
        LANGUAGES,
        (
            Source("idp", (("**.py", "python"),), {}),
            # The demonstration and the console speak English alone: no customer sees them.
            Source("templates", PAGES, OF_JINJA, without=("templates/portal/", "templates/demo/", "templates/admin/")),
        ),
    ),
    Speaker(
        PORTALS_FOLDER,
        PORTALS_LANGUAGES,
        (
            Source("portals", (("**.py", "python"), ("brands.yaml", "tools.catalogues:brand_words")), {}),
            Source("templates/portal", PAGES, OF_JINJA),
        ),
    ),
)


def brand_words(file: IO[bytes], *_: Any, **options: Any) -> Iterator[tuple[int, str, str, list[str]]]:
    """What `portals/brands.yaml` says in words, for Babel."""
    for brand in yaml.safe_load(file).values():
        yield from ((1, "_", brand[name], []) for name in BRAND_WORDS)


def collected(speaker: Speaker) -> Catalog:
    """Every message of the code and of the templates of `speaker`, with the files that say it."""
    found = Catalog()
    for source in speaker.sources:
        words = extract_from_dir(ROOT / source.folder, list(source.methods), source.options, comment_tags=("For",))
        for name, line, message, comments, context in words:
            file = f"{source.folder}/{name}"
            if not file.startswith(source.without):
                found.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return found


def read(path: Path, language: str) -> Catalog:
    """The catalogue of `language` as it is."""
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(path: Path, language: str, template: Catalog) -> Catalog:
    """The catalogue of `language` with exactly the messages of `template`."""
    catalogue = read(path, language)
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


def catalogues() -> Iterator[tuple[Path, str, Catalog]]:
    """Every file there ought to be: where, in which language, and what ought to stand in it."""
    for speaker in SPEAKERS:
        template = collected(speaker)
        for language in speaker.languages:
            path = speaker.folder / f"{language}.po"
            if language != "en":
                yield path, language, updated(path, language, template)


def problems() -> Iterator[str]:
    """What keeps a customer from reading every word in their language; nothing where all is well."""
    for path, language, catalogue in catalogues():
        file = path.relative_to(ROOT)
        if not path.is_file() or path.read_bytes() != written(language, catalogue):
            yield f"{file} is behind the code: run `make languages`"
        for message in catalogue:
            yield from (f"{file}: {message.id!r}: {fault}" for fault in faults(message, catalogue.num_plurals))


def main() -> int:
    """Writes, or checks; the exit code."""
    if "--check" in sys.argv[1:]:
        found = list(problems())
        print("\n".join([*found, f"{len(found)} problems"]) if found else "Every word is translated.")
        return 1 if found else 0
    for path, language, catalogue in catalogues():
        path.write_bytes(written(language, catalogue))
        left = sum(1 for message in catalogue if not _is_done(message))
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} messages, {left} to translate")
    return 0


def _is_done(message: object) -> bool:
    string = getattr(message, "string", "")
    return bool(string) and (isinstance(string, str) or all(string))


if __name__ == "__main__":
    sys.exit(main())
