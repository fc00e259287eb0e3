"""The brands of `clients.yaml`, as they are now."""

from collections.abc import Mapping

from pydantic import ValidationError

from idp.brands.brand import Brand
from idp.core.yaml_lines import BrokenFile, Document, said


def read_brands(document: Document) -> dict[str, Brand]:
    """The brand blocks of a parsed file. Raises `BrokenFile` naming each line that is wrong."""
    blocks = document.data.get("brands") if isinstance(document.data, dict) else None
    if not isinstance(blocks, dict) or not blocks:
        raise BrokenFile([document.problem((), "needs a `brands:` block with at least one brand")])
    brands: dict[str, Brand] = {}
    problems: list[str] = []
    for name, block in blocks.items():
        try:
            brands[str(name)] = Brand.model_validate({"id": name, "theme": name, **(block if isinstance(block, dict) else {})})
        except ValidationError as error:
            problems += [document.problem(("brands", str(name), *e["loc"]), said(e)) for e in error.errors()]
    if problems:
        raise BrokenFile(problems)
    return brands


class Brands:
    """Finds a brand by its id, in the set that was taken last."""

    def __init__(self, brands: Mapping[str, Brand]) -> None:
        self._brands = dict(brands)

    def take(self, brands: Mapping[str, Brand]) -> None:
        """From now on these are the brands."""
        self._brands = dict(brands)

    def get(self, brand_id: str | None) -> Brand | None:
        """The brand, or None for no or an unknown id."""
        return self._brands.get(brand_id or "")

    def get_or_any(self, brand_id: str | None) -> Brand | None:
        """In whose name somebody is written to: the brand, or for no or an unknown id the first of the file."""
        return self.get(brand_id) or next(iter(self.all()), None)

    def all(self) -> tuple[Brand, ...]:
        """Every brand, in the file's order."""
        return tuple(self._brands.values())
