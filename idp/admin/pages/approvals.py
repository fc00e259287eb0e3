"""Factor resets that wait for a second agent."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.admin.console import Agent, Console
from idp.admin.desk import cases, masks
from idp.admin.desk.decisions import Approved, CannotBegin, Decided, Declined, Own, Request
from idp.admin.desk.requests import ResetRequests
from idp.admin.lately import lately
from idp.admin.pages.customers import PAGE as CUSTOMERS
from idp.admin.pages.desk_words import QUESTIONS, WAYS
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.brands.brand import zone_of
from idp.core.language import speaking
from idp.signin.words import Problem
from idp.web.formats import moment
from idp.web.forms import read_form

LIST = f"{CUSTOMERS}/approvals"
PAGE = f"{LIST}/<request_id>"
BUTTONS = {"approve": "Allow the reset", "decline": "Refuse it", "take_back": "Take it back"}
OWN = Problem("You asked for this yourself", "A second agent decides. You can take it back.", None)


@dataclass(frozen=True, slots=True)
class ApprovalPages:
    """/console/customers/approvals."""

    console: Console
    requests: ResetRequests

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses."""
        help_ = Right.HELP_CUSTOMERS
        return (
            StaffRoute(LIST, "console_approvals", self.show, help_),
            StaffRoute(PAGE, "console_approval", self.one, help_, keeps=True),
            StaffRoute(PAGE, "console_approval_decide", self.decide, help_, ("POST",), PAGE, True, BUTTONS),
        )

    def show(self, agent: Agent) -> Response:
        """GET: what waits, the oldest first."""
        rows = [self._row(agent, one) for one in self.requests.waiting(agent.brands(Right.HELP_CUSTOMERS))]
        return self.console.page("admin/approvals.html", agent, rows=rows, here=LIST)

    def one(self, agent: Agent, request_id: str) -> Response:
        """GET: what was asked for, by whom, why, and what the caller had proven."""
        found = self.requests.find(request_id, agent.brands(Right.HELP_CUSTOMERS))
        return self._one(agent, found) if found is not None else self._over(agent)

    def decide(self, agent: Agent, request_id: str) -> Response:
        """POST `approve`, `decline` or `take_back`; anything else asks again."""
        found, form = self.requests.find(request_id, agent.brands(Right.HELP_CUSTOMERS)), read_form(request)
        if found is None:
            return self._over(agent)
        if not any(name in form for name in BUTTONS):
            return self._one(agent, found)
        decided = self.requests.approve(agent, found) if "approve" in form else self.requests.decline(agent, found)
        match decided:
            case Approved(ready_at):
                with speaking("en"):
                    when = moment(ready_at.astimezone(zone_of(self.console.brands.get(found.brand))))
                return self.console.done(agent, f"The wait has begun. It can be finished after {when}.", LIST)
            case Declined():
                return self.console.done(agent, "It was refused. Nothing was changed, and the customer was told.", LIST)
            case Decided():
                return self._over(agent)
            case Own():
                return self._one(agent, found, OWN)
            case CannotBegin(because):
                return self._one(agent, found, Problem("It could not be begun", because, None))
            case never:
                assert_never(never)

    def _over(self, agent: Agent) -> Response:
        return self.console.page("admin/approval_over.html", agent, status=404, back=LIST)

    def _one(self, agent: Agent, found: Request, problem: Problem | None = None) -> Response:
        with self.console.database.reading() as db:
            case = cases.find(db, found.case_id)
        verdicts = case.verdicts if case is not None else {}
        sent = WAYS[case.code_kind].how if case is not None and case.code_kind else ""
        return self.console.page(
            "admin/approval.html",
            agent,
            status=422 if problem is not None else 200,
            row=self._row(agent, found),
            right=[QUESTIONS[asked] for asked, right in verdicts.items() if right],
            wrong=[QUESTIONS[asked] for asked, right in verdicts.items() if not right],
            code=sent,
            problem=problem,
            back=LIST,
        )

    def _row(self, agent: Agent, one: Request) -> dict[str, object]:
        brand = self.console.brands.get(one.brand)
        with self.console.database.reading() as db:
            subject, asker = (self.console.subjects.get(db, who) for who in (one.subject_id, one.agent_id))
        with speaking("en"):
            at = lately(one.asked_at.astimezone(zone_of(brand)), self.console.clock.now())
        return {
            "here": f"{LIST}/{one.id}",
            "customer": masks.initials(subject) if subject is not None else "",
            "customer_page": f"{CUSTOMERS}/{one.subject_id}",
            "agent": asker.name if asker is not None else "",
            "own": one.agent_id == agent.subject.id,
            "brand": brand.name if brand is not None else one.brand,
            "reason": one.reason,
            "at": at,
        }
