"""Brands are data: a mistake is named by line, and one set takes the place of another."""

import os
from pathlib import Path

import pytest

from idp.brands.registry import Brands, read_brands
from idp.core.yaml_lines import BrokenFile, load

BRAND = """brands:
  acme:
    name: Acme
    legal: Acme Ltd
    mail_from: no-reply@acme.example
    support:
      phone: "1"
      email: help@acme.example
      hours: []
"""


def write(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, ns=(0, len(text)))


def test_a_brand_block_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "clients.yaml"
    write(file, BRAND)
    brand = Brands(read_brands(load(file))).get("acme")
    assert brand is not None
    assert (brand.name, brand.theme, brand.policy.failures_before_lock) == ("Acme", "acme", 5)


def test_another_set_takes_the_place_of_the_first(tmp_path: Path) -> None:
    file = tmp_path / "clients.yaml"
    write(file, BRAND)
    brands = Brands(read_brands(load(file)))
    write(file, BRAND.replace("acme:", "zenith:"))
    brands.take(read_brands(load(file)))
    assert [brand.id for brand in brands.all()] == ["zenith"]
    assert brands.get("acme") is None
    assert brands.get_or_any("acme") == brands.get("zenith")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("brands:\n  acme:\n    nmae: x\n", 3, "is not a known field"),
        (BRAND.replace("phone:", "fone:"), 7, "is not a known field"),
        (BRAND + "    name: Twice\n", 10, "stands twice"),
        ("brands: [\n", 1, ""),
        ("clients: []\n", 1, "needs a `brands:` block"),
    ],
)
def test_a_mistake_is_named_by_file_and_line(tmp_path: Path, text: str, line: int, says: str) -> None:
    file = tmp_path / "clients.yaml"
    file.write_text(text)
    with pytest.raises(BrokenFile) as broken:
        read_brands(load(file))
    assert any(problem.startswith(f"{file}:{line}: ") and says in problem for problem in broken.value.problems)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(BrokenFile, match="cannot be read"):
        load(tmp_path / "clients.yaml")
