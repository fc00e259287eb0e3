"""The list of clients: what its filter finds, in the order that was asked for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import Connection

from idp.clients.registry import Listed
from idp.clients.search import ORDERS, Sought, brands, count, page

PER_PAGE = 100
STATES: Mapping[str, bool] = {"active": False, "disabled": True}
FILTERS = ("text", "brand", "kind", "state")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for. Whatever it says that is not known asks for nothing."""

    text: str
    brand: str
    kind: str
    state: str
    order: str
    down: bool
    page: int

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered."""
        return any(getattr(self, name) for name in FILTERS)

    def address(self, **changed: str) -> str:
        """The query for this list with something `changed`."""
        now = {name: getattr(self, name) for name in (*FILTERS, "order")} | {"down": "1" if self.down else ""}
        return f"?{urlencode({name: value for name, value in (now | changed).items() if value})}"

    def sorted_by(self, order: str) -> str:
        """The query that sorts by a column; by the one that is sorted by, the other way round."""
        return self.address(order=order, down="1" if self.order == order and not self.down else "")


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list, of `total` in all; `brands` are those of every client that could be in it."""

    rows: tuple[Listed, ...]
    total: int
    pages: int
    brands: tuple[str, ...]


def wish(query: Mapping[str, str]) -> Wish:
    """What a query asks for."""
    order, at = query.get("order", ""), query.get("page", "")
    said = {name: query.get(name, "").strip()[:200] for name in FILTERS}
    known = {name: value if value.isprintable() else "" for name, value in said.items()}
    number = int(at) if at.isascii() and at.isdigit() and len(at) < 7 else 1
    return Wish(**known, order=order if order in ORDERS else "name", down=query.get("down") == "1", page=max(1, number))


def narrow(db: Connection, reach: Collection[str] | None, wanted: Wish) -> Found:
    """The page that is wanted of the brands in `reach`, None for all; the last one for a page beyond it."""
    sought = Sought(reach, wanted.text, wanted.brand, wanted.kind, STATES.get(wanted.state))
    total = count(db, sought)
    pages = max(1, -(-total // PER_PAGE))
    start = (min(wanted.page, pages) - 1) * PER_PAGE
    rows = page(db, sought, wanted.order, start, PER_PAGE, down=wanted.down)
    return Found(rows, total, pages, brands(db, Sought(reach)))
