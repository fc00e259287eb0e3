"""Words come in the language that is spoken, filled in; what nobody translated stays English."""

from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask

from idp.core.catalogues import put_in_place_of
from idp.core.language import LANGUAGES, _, current_language, look_up, ngettext, speaking
from idp.web.render import prepare_templates


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    words = Catalog(locale="fr")
    words.add("You are at %(host)s", "Vous êtes sur %(host)s")
    words.add(("%(num)d code left", "%(num)d codes left"), ("%(num)d code restant", "%(num)d codes restants"))
    words.add("Good <b>%(name)s</b>, 100%%", "Bon <b>%(name)s</b>, 100 %%")
    compiled = BytesIO()
    write_mo(compiled, words)
    compiled.seek(0)
    with put_in_place_of("fr", GNUTranslations(compiled)):
        yield


def test_words_are_those_of_the_language_spoken() -> None:
    assert _("You are at %(host)s", host="id.example") == "You are at id.example"
    with speaking("fr"):
        assert current_language() == "fr"
        assert _("You are at %(host)s", host="id.example") == "Vous êtes sur id.example"
        assert _("Nobody translated this") == "Nobody translated this"
    assert current_language() == "en"


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [("en", 0, "0 codes left"), ("en", 1, "1 code left"), ("fr", 0, "0 code restant"), ("fr", 2, "2 codes restants")],
)
def test_each_language_has_its_own_plural(language: str, number: int, said: str) -> None:
    with speaking(language):
        assert ngettext("%(num)d code left", "%(num)d codes left", number) == said


def test_nothing_said_is_nothing_translated() -> None:
    with speaking("fr"):
        assert look_up("") == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_reads_its_own_file(language: str) -> None:
    with speaking(language):
        assert ngettext("%(num)d thing of no catalogue", "%(num)d things of no catalogue", 2).startswith("2 things")


@pytest.fixture
def templates() -> Iterator[Flask]:
    app = Flask(__name__)
    prepare_templates(app)
    with app.app_context(), speaking("fr"):
        yield app


def rendered(app: Flask, template: str, **values: object) -> str:
    return app.jinja_env.from_string("{% autoescape true %}" + template + "{% endautoescape %}").render(values)


def test_a_page_keeps_the_marks_of_the_sentence_and_escapes_its_values(templates: Flask) -> None:
    page = rendered(templates, "{{ _('Good <b>%(name)s</b>, 100%%', name=name) }}", name="<i>")
    assert page == "Bon <b>&lt;i&gt;</b>, 100 %"
    assert rendered(templates, "{{ ngettext('%(num)d code left', '%(num)d codes left', 2) }}") == "2 codes restants"


def test_what_was_put_into_words_already_is_neither_formatted_nor_trusted(templates: Flask) -> None:
    assert rendered(templates, "{{ text | said }}", text="<b>100% of %(host)s</b>") == "&lt;b&gt;100% of %(host)s&lt;/b&gt;"
    assert rendered(templates, "{{ text | said }}", text="You are at %(host)s") == "Vous êtes sur %(host)s"
