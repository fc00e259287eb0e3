"""Can't sign in? One page to say who you are, one mail, and the way back in. What is asked for is never told to exist."""

from dataclasses import dataclass
from typing import Any, assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.core.handles import new_handle
from idp.core.throttle import Quota
from idp.recovery.cases import WrongKey
from idp.recovery.recovering import DOES, RESUME, Does, Done, NotVouched, Opened, Over, Recovering
from idp.recovery.way import Way, Ways
from idp.recovery.words import CODE_MISSING, NAME_MISSING, wrong_key
from idp.signin.arrival import Arrivals, Visit
from idp.signin.masking import masked
from idp.signin.strength_pages import ADDRESS
from idp.signin.words import Problem
from idp.subjects.names import LONGEST_NAME
from idp.web.forms import read_form
from idp.web.opened_links import OpenedLinks
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route

HOME = "/recovery"


@dataclass(frozen=True, slots=True)
class RecoveryPages:
    """Everything under /recovery that one mail leads through."""

    recovering: Recovering
    ways: Ways
    arrivals: Arrivals
    links: OpenedLinks
    pages: Pages
    asking: Quota

    def routes(self) -> tuple[Route, ...]:
        """The addresses."""
        return (
            Route(HOME, "recovery", self.start, guard=Guard.PAGE),
            Route(HOME, "recovery_ask", self.ask, methods=("POST",), guard=Guard.PAGE),
            Route(f"{HOME}/sent", "recovery_sent", self.sent, guard=Guard.PAGE),
            Route(f"{HOME}/sent", "recovery_code", self.code, methods=("POST",), guard=Guard.PAGE),
            Route(f"{HOME}/link/<handle>", "recovery_link", self.follow, guard=Guard.PAGE),
            Route(f"{HOME}/open", "recovery_open", self.show, guard=Guard.PAGE),
            Route(f"{HOME}/open", "recovery_begin", self.begin, methods=("POST",), guard=Guard.PAGE),
            Route(f"{RESUME}/<interaction_id>", "recovery_resume", self.resume, guard=Guard.PAGE),
            Route(f"{RESUME}/<interaction_id>", "recovery_choose", self.choose, methods=("POST",), guard=Guard.PAGE),
            Route(f"{HOME}/done", "recovery_done", self.done, guard=Guard.PAGE),
        )

    def start(self) -> Response:
        """GET: what can be wrong, and the one question that most of it takes."""
        way = self.ways.begin(request.args.get("brand"), request.args.get("request"))
        return self._start(way)

    def ask(self) -> Response:
        """POST: somebody says who they are. The answer is the same whoever they say to be."""
        form, way = read_form(request), self.ways.find()
        if not form["name"].strip():
            return self._start(way, NAME_MISSING)
        self.asking.use()
        case = new_handle()
        self.recovering.ask(self._bound(case), form["name"].strip()[: LONGEST_NAME + 1], way.brand)
        return see_other(f"{HOME}/sent", case=case)

    def sent(self) -> Response:
        """GET: where to look for the mail, and the field for its code."""
        return self._sent(request.args.get("case", ""))

    def code(self) -> Response:
        """POST: the code of the mail."""
        form = read_form(request)
        if not form["code"].strip():
            return self._sent(form["case"], CODE_MISSING)
        found = self.recovering.open_by_code(self._bound(form["case"]), form["code"])
        if isinstance(found, WrongKey):
            return self._sent(form["case"], wrong_key(found.left), 422 if found.left else 429)
        return see_other(f"{HOME}/open", at=self.links.keep(found))

    def follow(self, handle: str) -> Response:
        """GET: takes the secret out of the address before anything is shown, so that no history or Referer keeps it."""
        return see_other(f"{HOME}/open", at=self.links.open(handle))

    def show(self) -> Response:
        """GET: what can be done now; a calm page where the link is over."""
        opened = self.recovering.opened(self.links.kept(request.args.get("at", "")))
        if isinstance(opened, Over):
            return self._over()
        whose, locked = masked(opened.subject.username), bool(opened.locks)
        return self._page("arrived", opened, at=request.args["at"], whose=whose, locked=locked)

    def begin(self) -> Response:
        """POST: on to what is wanted, through the gate."""
        form = read_form(request)
        opened = self.recovering.opened(self.links.kept(form["at"]))
        if isinstance(opened, Over):
            return self._over()
        does: Does = "unlock" if "unlock" in form else "password"
        parked = self.recovering.begin(opened, does, self.links.browser.digest())
        return see_other(f"{RESUME}/{parked.id}")

    def resume(self, interaction_id: str) -> Response:
        """GET: back from the gate. An opened lock is done with; a new password is asked for."""
        visit = self.arrivals.visit(interaction_id)
        if not isinstance(visit, Visit):
            return visit
        if visit.interaction.request.get(DOES) == "unlock":
            return self._after(visit, self.recovering.unlock(visit.interaction, visit.browser), "unlocked")
        return self._choose(visit, None)

    def choose(self, interaction_id: str) -> Response:
        """POST: the new password."""
        form = read_form(request)
        visit = self.arrivals.visit(interaction_id)
        if not isinstance(visit, Visit):
            return visit
        opened = self.recovering.vouched(visit.interaction, visit.browser)
        problem = self.recovering.judge(form["password"], opened) if isinstance(opened, Opened) else None
        if problem is not None:
            return self._choose(visit, problem)
        return self._after(visit, self.recovering.reset(visit.interaction, visit.browser, form["password"]), "password")

    def done(self) -> Response:
        """GET: what was done, and the way to sign in."""
        way, what = self.ways.find(), request.args.get("what", "")
        if what not in ("password", "unlocked"):
            return see_other(HOME)
        return self.pages.page("recovery/done.html", brand=way.brand, what=what, onward=self.ways.onward(way))

    def _start(self, way: Way, problem: Problem | None = None) -> Response:
        return self.pages.page(
            "recovery/start.html",
            brand=way.brand,
            status=422 if problem else 200,
            problem=problem,
            onward=self.ways.onward(way),
        )

    def _sent(self, case: str, problem: Problem | None = None, status: int = 422) -> Response:
        way = self.ways.find()
        return self.pages.page(
            "recovery/sent.html", brand=way.brand, status=status if problem else 200, problem=problem, case=case
        )

    def _choose(self, visit: Visit, problem: Problem | None) -> Response:
        opened = self.recovering.vouched(visit.interaction, visit.browser)
        if not isinstance(opened, Opened):
            return self._after(visit, opened, "")
        return self._page(
            "password",
            opened,
            status=422 if problem else 200,
            problem=problem,
            username=opened.subject.username,
            choosing=self.recovering.choosing(opened),
            action=f"{RESUME}/{visit.interaction.id}",
            judge=ADDRESS,
        )

    def _after(self, visit: Visit, outcome: Done | NotVouched | Over, what: str) -> Response:
        match outcome:
            case Done(brand):
                self.ways.keep(Way(brand, self.ways.find().request))
                return see_other(f"{HOME}/done", what=what)
            case NotVouched():
                return see_other(visit.here)
            case Over():
                return self._over(visit.interaction.brand)
            case never:
                assert_never(never)

    def _page(self, name: str, opened: Opened, *, status: int = 200, **context: Any) -> Response:
        return self.pages.page(f"recovery/{name}.html", brand=opened.case.brand, status=status, **context)

    def _over(self, brand: str | None = None) -> Response:
        brand = brand or self.ways.find().brand
        return self.pages.problem("recovery_over", brand=brand, status=200, action_url=HOME)

    def _bound(self, case: str) -> str:
        # The code counts where the case began and nowhere else.
        return f"{self.links.browser.digest()}:{case}"
