"""Finding a customer, and what support sees of them before anything is proven."""

import re
from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.admin.console import Agent, Console
from idp.admin.desk import masks
from idp.admin.desk.calls import Barred, Calls, barred
from idp.admin.desk.customers import Customer, Customers, FoundCustomers, NoName
from idp.admin.desk.requests import ResetRequests
from idp.admin.desk.standing import Standing
from idp.admin.desk.timeline import Timeline
from idp.admin.lately import lately
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.brands.brand import Brand, zone_of
from idp.core.language import speaking
from idp.core.throttle import Slowed
from idp.signin.masking import masked
from idp.signin.words import Problem
from idp.web.formats import waiting
from idp.web.forms import read_form
from idp.web.redirects import see_other

PAGE = "/console/customers"
ONE, BEGIN = f"{PAGE}/<subject_id>", f"{PAGE}/<subject_id>/call"
SEARCH, CALL = {"": "Search"}, {"": "Begin the call"}
SUBJECT_ID = re.compile(r"s_[A-Za-z0-9_-]{22}")
NO_NAME = Problem(
    "Type who it is", "Type a whole name, an e-mail address, a username, or the number of an agreement or a customer.", "who"
)
NO_BRAND = Problem("Choose a brand", "Choose the brand that was called.", "brand")


@dataclass(frozen=True, slots=True)
class CustomerPages:
    """/console/customers and the page of one customer."""

    console: Console
    customers: Customers
    calls: Calls
    requests: ResetRequests
    standing: Standing
    timeline: Timeline

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses."""
        see, post = Right.SEE_CUSTOMERS, ("POST",)
        return (
            StaffRoute(PAGE, "console_customers", self.show, see, keeps=True),
            StaffRoute(PAGE, "console_customers_search", self.search, see, post, PAGE, buttons=SEARCH),
            StaffRoute(ONE, "console_customer", self.one, see, keeps=True),
            StaffRoute(BEGIN, "console_customer_call", self.begin, Right.HELP_CUSTOMERS, post, ONE, True, CALL),
        )

    def show(self, agent: Agent) -> Response:
        """GET: a field for who it is."""
        return self._list(agent)

    def search(self, agent: Agent) -> Response:
        """POST: whom it means. By POST, so that what was typed stays out of addresses and logs."""
        typed = read_form(request)["who"]
        found = self.customers.search(typed, agent.subject.id, agent.brands(Right.SEE_CUSTOMERS))
        match found:
            case NoName():
                return self._list(agent, problem=NO_NAME, status=422)
            case Slowed(retry_after):
                with speaking("en"):
                    text = f"You searched 60 times within an hour. The next search is possible in {waiting(retry_after)}."
                return self._list(agent, problem=Problem("Too many searches", text, None), status=429)
            case FoundCustomers():
                return self._list(agent, found=found)
            case never:
                assert_never(never)

    def one(self, agent: Agent, subject_id: str) -> Response:
        """GET: how their account stands, and what happened to them."""
        customer = self._customer(agent, subject_id)
        if customer is None:
            return self.console.missing()
        self.customers.seen(customer, agent.subject.id)
        return self._one(agent, customer)

    def begin(self, agent: Agent, subject_id: str) -> Response:
        """POST `brand`: they are on the phone."""
        form, customer = read_form(request), self._customer(agent, subject_id)
        if customer is None:
            return self.console.missing()
        offered = self.calls.offered(agent, customer)
        brand = next((one for one in offered if one.id == form["brand"] or len(offered) == 1), None)
        if brand is None:
            return self._one(agent, customer, NO_BRAND)
        begun = self.calls.begin(agent, customer, brand)
        return self._one(agent, customer) if isinstance(begun, Barred) else see_other(f"{PAGE}/calls/{begun.id}")

    def _customer(self, agent: Agent, subject_id: str) -> Customer | None:
        if not SUBJECT_ID.fullmatch(subject_id):
            return None
        with self.console.database.reading() as db:
            return self.customers.get(db, subject_id, agent.brands(Right.SEE_CUSTOMERS))

    def _list(
        self, agent: Agent, found: FoundCustomers | None = None, problem: Problem | None = None, status: int = 200
    ) -> Response:
        rows = [self._row(agent, customer) for customer in found.customers] if found is not None else []
        waiting_for = self.requests.waiting(agent.brands(Right.HELP_CUSTOMERS))
        return self.console.page(
            "admin/customers.html",
            agent,
            status=status,
            problem=problem,
            searched=found is not None,
            silent=found.silent if found is not None else (),
            rows=rows,
            waiting=len(waiting_for),
        )

    def _row(self, agent: Agent, customer: Customer) -> dict[str, object]:
        subject, against = customer.subject, barred(agent.subject, customer.subject)
        return {
            "id": subject.id,
            "name": masks.initials(subject),
            "username": masked(subject.username),
            "email": masks.address(subject.email),
            "brands": self._names(agent, customer),
            "tag": against.name.lower() if against is not None else "",
        }

    def _one(self, agent: Agent, customer: Customer, problem: Problem | None = None) -> Response:
        offered, against = self.calls.offered(agent, customer), barred(agent.subject, customer.subject)
        zone = zone_of(offered[0] if offered else None)
        # Staff are not looked into either: what an agent sees of them is that they are staff.
        shown = against is None
        now = self.console.clock.now()
        with speaking("en"), self.console.database.reading() as db:
            facts = self.standing.of(db, customer.subject, zone) if shown else ()
            moments = self.timeline.of(db, customer.subject.id, agent.brands(Right.SEE_CUSTOMERS)) if shown else []
        return self.console.page(
            "admin/customer.html",
            agent,
            status=422 if problem is not None else 200,
            customer=self._row(agent, customer),
            against=against.value if against is not None else "",
            offered=offered,
            chosen=agent.typed["brand"] if agent.typed is not None else "",
            facts=facts,
            moments=moments,
            at=lambda when: lately(when.astimezone(zone), now),
            problem=problem,
        )

    def _names(self, agent: Agent, customer: Customer) -> str:
        # Whose customer they are elsewhere is no business of this agent's.
        mine = (brand for brand in sorted(customer.brands) if agent.reaches(Right.SEE_CUSTOMERS, brand))
        known: list[Brand | None] = [self.console.brands.get(brand) for brand in mine]
        return ", ".join(brand.name for brand in known if brand is not None)
