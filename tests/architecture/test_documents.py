"""What is documented is made from the code, so it cannot fall behind."""

import pytest

from idp.settings import Settings
from tests.architecture.source import ROOT
from tools import generate_docs
from tools.clauses import cited
from tools.conformance import empty
from tools.sign_in_page import PICTURES


@pytest.mark.parametrize("name", generate_docs.PAGES)
def test_a_generated_document_is_what_the_code_says(name: str) -> None:
    assert (ROOT / "docs" / name).read_text("utf-8") == generate_docs.PAGES[name](), "run `make docs`"


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_event_is_described() -> None:
    assert [kind.__name__ for kind in generate_docs.all_events() if not (kind.__doc__ or "").strip().endswith(".")] == []


def test_every_protocol_test_cites_its_clause() -> None:
    silent = [f"{path} {name}" for path, name, docstring in cited() if not docstring]
    assert silent == []


def test_every_clause_has_a_test() -> None:
    assert empty() == []


def test_every_page_of_signing_in_has_its_picture() -> None:
    taken = {picture.stem for picture in (ROOT / "docs/images/sign-in").glob("*.png")}
    assert taken == {name for name, _ in PICTURES}
