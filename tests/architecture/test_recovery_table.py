"""Each way back in that `docs/recovery.md` promises has its story."""

import ast
import re

import pytest

from tests.architecture.source import ROOT

STORY = re.compile(r"\| `(test_\w+)::(test_\w+)` \|$", re.MULTILINE)
PAGE = (ROOT / "docs" / "recovery.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| what is lost", "|---"))]


def test_every_row_names_a_story() -> None:
    assert [row for row in ROWS if not STORY.search(row)] == []
    assert len(ROWS) > 15


@pytest.mark.parametrize(("module", "name"), STORY.findall(PAGE))
def test_the_story_is_told(module: str, name: str) -> None:
    tree = ast.parse((ROOT / "tests" / "journeys" / f"{module}.py").read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
