"""The script of a brand's support: what cannot be followed is named by its line."""

from pathlib import Path

import pytest

from idp.brands.registry import read_brands
from idp.core.yaml_lines import BrokenFile, load
from tests.drivers.provider import CLIENTS_FILE

TWICE = ("asks: postcode,", "asks: birth_date,")
TOO_MANY = ("right_answers: 3", "right_answers: 5")
ONE = ("right_answers: 3", "right_answers: 1")
UNKNOWN = ("asks: postcode,", "asks: password,")
MISTAKES = [
    (TWICE, "asks the same twice"),
    (TOO_MANY, "needs right_answers"),
    (ONE, "needs right_answers"),
    (UNKNOWN, "support.script.questions.2.asks"),
    (("proof: script_or_code", "proof: none"), "support.script.proof"),
]


def test_the_brands_of_the_demonstration_differ() -> None:
    brands = read_brands(load(CLIENTS_FILE))
    assert {brand.support.script.proof for brand in brands.values()} == {"script_or_code", "script_and_code"}


@pytest.mark.parametrize(("change", "said"), MISTAKES)
def test_a_mistake_is_named(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    file = tmp_path / "clients.yaml"
    text = CLIENTS_FILE.read_text("utf-8")
    file.write_text(text.replace(*change, 1), "utf-8")
    assert change[0] in text
    with pytest.raises(BrokenFile) as broken:
        read_brands(load(file))
    assert any(said in problem for problem in broken.value.problems), broken.value.problems


def test_questions_that_nobody_can_judge(tmp_path: Path) -> None:
    text = CLIENTS_FILE.read_text("utf-8")
    api = text[text.index("    account_api:") : text.index("  alphera:")]
    file = tmp_path / "clients.yaml"
    file.write_text(text.replace(api, "", 1), "utf-8")
    with pytest.raises(BrokenFile, match="needs an account_api"):
        read_brands(load(file))
