"""The page of the demonstration: portals, customers with their passwords, and all mail. It is mounted in demo mode only."""

from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from idp.brands.registry import Brands
from idp.clients.metadata import is_loopback
from idp.core.clock import Clock
from idp.core.origin import current_origin
from idp.demo.app_codes import AppCodes
from idp.demo.customers import CUSTOMERS, SampleCustomer
from idp.demo.mailbox import Mailbox
from idp.demo.newcomers import NEWCOMERS
from idp.demo.staff import STAFF
from idp.web.render import Pages
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class DemoPages:
    """`/demo`, for this machine alone."""

    pages: Pages
    brands: Brands
    mailbox: Mailbox
    app_codes: AppCodes
    clock: Clock

    def routes(self) -> tuple[Route, ...]:
        """The one address."""
        return (Route("/demo", "demo", self.show, guard=Guard.PAGE),)

    def show(self) -> Response:
        """Everything one needs to try the product."""
        at_this_machine()
        brands = self.brands.all()
        names = {brand.id: brand.name for brand in brands}
        return self.pages.page(
            "demo/index.html",
            brand=None,
            portals=[{"brand": b.id, "name": b.name, "url": f"http://{b.hosts[0]}"} for b in brands if b.hosts],
            customers=[_told(customer, names) for customer in CUSTOMERS],
            staff=STAFF,
            app_codes=self.app_codes.shown(self.clock.now()),
            newcomers=[{"brand": names.get(one.brand, one.brand), "who": one} for one in NEWCOMERS],
            messages=self.mailbox.messages(),
        )


def at_this_machine() -> None:
    """Raises NotFound for callers from elsewhere, a proxy's callers too."""
    # Passwords stand here: both who connects and whom a trusted proxy speaks for must be this machine.
    if not is_loopback(request.environ.get("REMOTE_ADDR")) or not is_loopback(current_origin().address):
        raise NotFound


def _told(customer: SampleCustomer, names: dict[str, str]) -> dict[str, object]:
    return {
        "name": f"{customer.name}, {customer.about}",
        "username": customer.username,
        "password": customer.password,
        "brands": [f"{names.get(brand, brand)}: {number}" for brand, number in customer.numbers.items()],
    }
