"""On a phone the rows of a table stand below each other: what is in a cell is said by the cell itself."""

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[3] / "templates" / "admin"
CELL = re.compile(r"<td(?![^>]*\bdata-label=)[^>]*>")


def test_every_cell_of_the_console_names_what_is_in_it() -> None:
    found = {page.name: CELL.findall(page.read_text("utf-8")) for page in TEMPLATES.rglob("*.html")}
    assert found
    assert {page: cells for page, cells in found.items() if cells} == {}
