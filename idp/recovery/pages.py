"""Behind the mail of a recovery: what can be done, through the gate, and the new password. No sign-in comes of it."""

from dataclasses import dataclass
from typing import Any, assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.recovery.asking_pages import HOME
from idp.recovery.recovering import DOES, KIND, RESUME, Does, Done, NotVouched, Opened, Over, Recovering
from idp.recovery.way import Way, Ways
from idp.signin.arrival import Arrivals, Visit
from idp.signin.masking import masked
from idp.signin.strength_pages import ADDRESS
from idp.signin.words import Problem
from idp.web.forms import read_form
from idp.web.opened_links import OpenedLinks
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class RecoveryPages:
    """The pages under /recovery that the mail leads to."""

    recovering: Recovering
    ways: Ways
    arrivals: Arrivals
    links: OpenedLinks
    pages: Pages

    def routes(self) -> tuple[Route, ...]:
        """The addresses."""
        return (
            Route(f"{HOME}/link/<handle>", "recovery_link", self.follow, guard=Guard.PAGE),
            Route(f"{HOME}/open", "recovery_open", self.show, guard=Guard.PAGE),
            Route(f"{HOME}/open", "recovery_begin", self.begin, methods=("POST",), guard=Guard.PAGE),
            Route(f"{RESUME}/<interaction_id>", "recovery_resume", self.resume, guard=Guard.PAGE),
            Route(f"{RESUME}/<interaction_id>", "recovery_choose", self.choose, methods=("POST",), guard=Guard.PAGE),
            Route(f"{HOME}/done", "recovery_done", self.done, guard=Guard.PAGE),
        )

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
        visit = self.arrivals.visit(interaction_id, kind=KIND)
        if not isinstance(visit, Visit):
            return visit
        if visit.interaction.request.get(DOES) == "unlock":
            return self._after(visit, self.recovering.unlock(visit.interaction, visit.browser), "unlocked")
        return self._choose(visit, None)

    def choose(self, interaction_id: str) -> Response:
        """POST: the new password."""
        form = read_form(request)
        visit = self.arrivals.visit(interaction_id, kind=KIND)
        if not isinstance(visit, Visit):
            return visit
        done = self.recovering.reset(visit.interaction, visit.browser, form["password"])
        return self._choose(visit, done) if isinstance(done, Problem) else self._after(visit, done, "password")

    def done(self) -> Response:
        """GET: what was done, and the way to sign in."""
        way = self.ways.find()
        if not way.done:
            return see_other(HOME)
        return self.pages.page("recovery/done.html", brand=way.brand, what=way.done, onward=self.ways.onward(way))

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
                self.ways.keep(Way(brand, self.ways.find().request, what))
                return see_other(f"{HOME}/done")
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
