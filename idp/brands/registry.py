"""The brands of `clients.yaml`, as they are now: the file is read again when it changes, and the last good set stays."""

from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from idp.brands.brand import Brand
from idp.core.logs import get_log
from idp.core.yaml_lines import BrokenFile, Document, load, said

log = get_log(__name__)
LOOK_EVERY_SECONDS = 2.0


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
    """Finds a brand by its id. Looks at the file's time stamp at most every two seconds."""

    def __init__(self, path: Path, monotonic: Callable[[], float]) -> None:
        self._path = path
        self._monotonic = monotonic
        self._stamp = _stamp(path)
        self._brands = read_brands(load(path))
        self._looked = monotonic()

    def get(self, brand_id: str | None) -> Brand | None:
        """The brand, or None for no or an unknown id."""
        self._look()
        return self._brands.get(brand_id or "")

    def get_or_any(self, brand_id: str | None) -> Brand | None:
        """In whose name somebody is written to: the brand, or for no or an unknown id the first of the file."""
        return self.get(brand_id) or next(iter(self.all()), None)

    def all(self) -> tuple[Brand, ...]:
        """Every brand, in the file's order."""
        self._look()
        return tuple(self._brands.values())

    def _look(self) -> None:
        if self._monotonic() - self._looked < LOOK_EVERY_SECONDS:
            return
        self._looked = self._monotonic()
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._brands = read_brands(load(self._path))
            log.info("brands_reloaded", file=str(self._path), brands=sorted(self._brands))
        except BrokenFile as broken:
            log.error("brands_kept", problems=broken.problems, why="the last good set stays until the file is mended")


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
