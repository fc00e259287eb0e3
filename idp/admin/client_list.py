"""The list of clients: what its filter finds, in the order that was asked for. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from idp.admin.client_kinds import kind_of
from idp.clients.registry import Listed

PER_PAGE = 100
STATES: Mapping[str, Callable[[Listed], bool]] = {
    "active": lambda one: not one.client.disabled,
    "disabled": lambda one: one.client.disabled,
}
ORDERS: Mapping[str, Callable[[Listed], tuple[str, ...]]] = {
    "name": lambda one: (one.client.name.casefold(), one.client.id),
    "brand": lambda one: (one.client.brand or "", one.client.name.casefold()),
    "kind": lambda one: (kind_of(one.metadata).name, one.client.name.casefold()),
    "changed": lambda one: (one.updated_at.isoformat(), one.client.id),
}
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
    """A page of the list, of `total` in all."""

    rows: tuple[Listed, ...]
    total: int
    pages: int


def wish(query: Mapping[str, str]) -> Wish:
    """What a query asks for."""
    order, page = query.get("order", ""), query.get("page", "")
    known = {name: query.get(name, "").strip()[:200] for name in FILTERS}
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1
    return Wish(**known, order=order if order in ORDERS else "name", down=query.get("down") == "1", page=max(1, number))


def narrow(every: Iterable[Listed], wanted: Wish) -> Found:
    """The page that is wanted; the last one for a page beyond it."""
    found = sorted((one for one in every if _fits(one, wanted)), key=ORDERS[wanted.order], reverse=wanted.down)
    pages = max(1, -(-len(found) // PER_PAGE))
    start = (min(wanted.page, pages) - 1) * PER_PAGE
    return Found(tuple(found[start : start + PER_PAGE]), len(found), pages)


def _fits(one: Listed, wanted: Wish) -> bool:
    text = wanted.text.casefold()
    return (
        (not text or any(text in said.casefold() for said in (one.client.id, one.client.name, *one.client.redirect_uris)))
        and (not wanted.brand or (one.client.brand or "none") == wanted.brand)
        and (not wanted.kind or kind_of(one.metadata).key == wanted.kind)
        and (wanted.state not in STATES or STATES[wanted.state](one))
    )
