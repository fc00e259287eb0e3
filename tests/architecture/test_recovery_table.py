"""Each way back in that `docs/recovery.md` promises has its story, and another one in Chromium."""

import ast
import re

import pytest

from tests.architecture.source import ROOT

STORIES = re.compile(r"\| `(test_\w+)::(test_\w+)`, `(test_\w+)::(test_\w+)` \|$", re.MULTILINE)
PAGE = (ROOT / "docs" / "recovery.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| what is lost", "|---"))]
FOUND = STORIES.findall(PAGE)
TOLD = [("journeys", *found[:2]) for found in FOUND] + [("browser", *found[2:]) for found in FOUND]


def test_every_row_names_its_stories() -> None:
    assert [row for row in ROWS if not STORIES.search(row)] == []
    assert len(ROWS) > 15


@pytest.mark.parametrize(("folder", "module", "name"), TOLD)
def test_the_story_is_told(folder: str, module: str, name: str) -> None:
    tree = ast.parse((ROOT / "tests" / folder / f"{module}.py").read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
