"""Every word that people see can be translated: none stands bare in a template, or in the code that speaks to people."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT, Module, modules

TEMPLATES = ROOT / "templates"
# No customer sees the console, nor the page of the demonstration.
ENGLISH = ("admin/", "demo")
WORD = re.compile(r"[^\W\d_]{2,}")
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
TRANSLATED = re.compile(r"\{% trans .*?%\}.*?\{% endtrans %\}|\{% trans %\}.*?\{% endtrans %\}", re.DOTALL)
# Blocks whose content is no text: classes, the id of a room, and the attributes of a field.
NO_TEXT = re.compile(r"\{% block (?:width|field|room) %\}.*?\{% endblock %\}", re.DOTALL)
MACRO_OF_ATTRIBUTES = re.compile(r"\{% macro mistaken.*?endmacro %\}", re.DOTALL)
STYLE = re.compile(r"<style.*?</style>", re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(r'\b(?:aria-label|alt|title|placeholder|data-(?!does|rp)[a-z-]+)="([^"]*)"')
TAG = re.compile(r"<[^<>]*>")
STRING_IN_JINJA = re.compile(r"""(?<![\w(=])(?<!_\()["']([A-Z][^"'{}]* [^"'{}]*)["']""")

# Where the code speaks to people. What stands in logs, errors of machines and on the command line stays English.
SPEAKING = (
    *("idp/signin/", "idp/selfservice/", "idp/recovery/", "idp/activation/", "idp/web/", "idp/notices.py"),
    *("portals/pages/", "portals/words.py", "portals/brands.py", "portals/data/", "portals/relying_party/"),
    "portals/account_api/shapes.py",
)
SENTENCE = re.compile(r"[A-Z“][^\n]*[a-z]+ [a-z]+")
MARKS = {"_", "N_", "ngettext"}
# Errors say in English, to a log or to a machine, what happened.
UNSEEN_CALLS = re.compile(r"Error$|Refused$|Unavailable$|Misconfigured$|^log\.|^re\.|compile$|field$|Field$")


def templates() -> list[str]:
    found = (path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.*"))
    return sorted(name for name in found if not name.startswith(ENGLISH))


@pytest.mark.parametrize("name", templates())
def test_no_word_stands_bare_in_a_template(name: str) -> None:
    text = (TEMPLATES / name).read_text("utf-8")
    for whole in (TRANSLATED, NO_TEXT, MACRO_OF_ATTRIBUTES, STYLE):
        text = whole.sub("", text)
    shown = JINJA.sub("", text)
    spoken = [said for said in SPOKEN_ATTRIBUTE.findall(shown) if WORD.search(said)]
    assert [line.strip() for line in TAG.sub("", shown).splitlines() if WORD.search(line)] + spoken == []


@pytest.mark.parametrize("name", templates())
def test_no_sentence_is_glued_from_bare_words(name: str) -> None:
    for expression in JINJA.findall((TEMPLATES / name).read_text("utf-8")):
        unmarked = re.sub(r"\b(?:_|ngettext)\((?:[^()]|\([^()]*\))*\)", "", expression)
        assert not expression.startswith(("{{", "{% set")) or not STRING_IN_JINJA.search(unmarked), expression


def sentences(module: Module) -> Iterator[str]:
    """Every text of a module that reads like a sentence and that nobody marked."""
    unseen: set[int] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node, clean=False) is not None:
            unseen.add(id(node.body[0].value))  # type: ignore[attr-defined]
        if isinstance(node, ast.Raise):
            unseen.update(map(id, ast.walk(node)))
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in MARKS or UNSEEN_CALLS.search(called):
                unseen.update(map(id, ast.walk(node)))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__doc__":
            unseen.update(map(id, ast.walk(node)))
    for node in ast.walk(module.tree):
        said = node.value if isinstance(node, ast.Constant) and id(node) not in unseen else None
        if isinstance(said, str) and SENTENCE.match(said):
            yield f"{module.path}:{node.lineno} {said!r}"


def test_no_sentence_stands_bare_in_the_code() -> None:
    spoken = [module for package in ("idp", "portals") for module in modules(package) if module.path.startswith(SPEAKING)]
    assert [said for module in spoken for said in sentences(module)] == []
