"""Finding clients among many, a page at a time. All of it is asked of the database: nobody reads ten thousand of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, or_, select, true

from idp.clients.metadata import WITH_CUSTOMERS
from idp.clients.model import clients
from idp.clients.registry import DYNAMIC, Listed, listed_of


def _said(name: str) -> ColumnElement[str]:
    return clients.c.metadata[name].as_string()  # type: ignore[no-any-return]


_GRANTS = func.coalesce(_said("grant_types"), '["authorization_code"]')
_OF_CUSTOMERS = case(
    (_said("token_endpoint_auth_method") != "none", "web"), (_said("application_type") == "native", "native"), else_="spa"
)
# The kinds of application, as whoever registers one is asked for them.
KIND = case(
    (or_(*(_GRANTS.contains(f'"{grant}"') for grant in sorted(WITH_CUSTOMERS))), _OF_CUSTOMERS),
    (_GRANTS.contains('"client_credentials"'), "service"),
    else_="api",
)
NAME = func.lower(_said("client_name"))
BRAND = func.coalesce(_said("brand"), "")
ORDERS: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    "name": (NAME, clients.c.id),
    "brand": (BRAND, NAME, clients.c.id),
    "kind": (KIND, NAME, clients.c.id),
    "changed": (clients.c.updated_at, clients.c.id),
}


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: `reach` is of which brands (None: of all and of none); all others narrow it where they are given.

    `brand` is empty for no wish, and `none` for clients of no brand.
    """

    reach: Collection[str] | None
    text: str = ""
    brand: str = ""
    kind: str = ""
    disabled: bool | None = None

    def where(self) -> ColumnElement[bool]:
        """As a condition."""
        stopped = clients.c.disabled_at.is_not(None)
        wishes = (
            (self.reach is not None, BRAND.in_(self.reach or ())),
            (bool(self.text), _holds(self.text.lower())),
            (bool(self.brand), BRAND.in_(["" if self.brand == "none" else self.brand])),
            (bool(self.kind), KIND.in_([self.kind])),
            (self.disabled is not None, stopped if self.disabled else ~stopped),
        )
        condition: ColumnElement[bool] = true()
        for wished, one in wishes:
            condition = condition & one if wished else condition
        return condition


def count(db: Connection, sought: Sought) -> int:
    """How many there are."""
    return db.scalar(select(func.count()).select_from(clients).where(sought.where())) or 0


def registered_themselves(db: Connection) -> int:
    """How many registered themselves and are still there."""
    return db.scalar(select(func.count()).select_from(clients).where(clients.c.source == DYNAMIC)) or 0


def page(db: Connection, sought: Sought, order: str, start: int, most: int, *, down: bool = False) -> tuple[Listed, ...]:
    """Those from `start` on, `most` of them, in one of `ORDERS`. Their secrets are left out."""
    columns = [column.desc() if down else column for column in ORDERS[order]]
    rows = db.execute(select(clients).where(sought.where()).order_by(*columns).offset(start).limit(most))
    return tuple(listed_of(row, ()) for row in rows)


def after(db: Connection, sought: Sought, client_id: str, most: int) -> tuple[Listed, ...]:
    """Those behind `client_id` by id, `most` of them. Their secrets are left out."""
    rows = select(clients).where(sought.where(), clients.c.id > client_id).order_by(clients.c.id).limit(most)
    return tuple(listed_of(row, ()) for row in db.execute(rows))


def brands(db: Connection, sought: Sought) -> tuple[str, ...]:
    """The brands that they are of; `none` where some are of none."""
    return tuple(sorted(one or "none" for one in db.scalars(select(BRAND).where(sought.where()).distinct())))


def _holds(text: str) -> ColumnElement[bool]:
    said = (func.lower(clients.c.id), NAME, func.lower(_said("redirect_uris")))
    return or_(*(one.contains(text, autoescape=True) for one in said))
