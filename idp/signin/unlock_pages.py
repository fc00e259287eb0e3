"""The page behind the mail about a lock. Looking at it uses nothing up; its buttons do."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.signin.arrival import Arrivals, Visit
from idp.signin.unlocking import KIND, RESUME, Answered, LinkOver, NotVouched, Unlocking
from idp.web.forms import read_form
from idp.web.opened_links import OpenedLinks
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class UnlockPages:
    """Everything under /unlock."""

    unlocking: Unlocking
    arrivals: Arrivals
    links: OpenedLinks
    pages: Pages

    def routes(self) -> tuple[Route, ...]:
        """The mailed address, and the page it leads to."""
        return (
            Route("/unlock/<handle>", "unlock_link", self.arrive, guard=Guard.PAGE),
            Route("/unlock", "unlock", self.show, guard=Guard.PAGE),
            Route("/unlock", "unlock_answer", self.answer, methods=("POST",), guard=Guard.PAGE),
            Route(f"{RESUME}/<interaction_id>", "unlock_resume", self.resume, guard=Guard.PAGE),
        )

    def arrive(self, handle: str) -> Response:
        """GET: takes the secret out of the address before anything is shown, so that no history or Referer keeps it."""
        return see_other("/unlock", at=self.links.open(handle))

    def show(self) -> Response:
        """GET: what the buttons will do; a calm page where the link is over."""
        opened = request.args.get("at", "")
        asked = self.unlocking.asked(self.links.kept(opened))
        if isinstance(asked, LinkOver):
            return self._over()
        return self.pages.page("signin/unlock.html", brand=asked.brand, at=opened, steps=asked.steps)

    def answer(self) -> Response:
        """POST: "it was me" or "not me"."""
        form = read_form(request)
        return self._deny(form["at"]) if "deny" in form else self._begin(form["at"])

    def resume(self, interaction_id: str) -> Response:
        """GET: back from the gate."""
        visit = self.arrivals.visit(interaction_id, kind=KIND)
        if not isinstance(visit, Visit):
            return visit
        done = self.unlocking.unlock(visit.interaction, visit.browser)
        match done:
            case Answered(brand):
                return self.pages.page("signin/unlocked.html", brand=brand)
            case NotVouched():
                return see_other(visit.here)
            case LinkOver():
                return self._over()
            case _:
                assert_never(done)

    def _deny(self, opened: str) -> Response:
        done = self.unlocking.deny(self.links.kept(opened))
        if isinstance(done, LinkOver):
            return self._over()
        return self.pages.page("signin/not_me.html", brand=done.brand)

    def _begin(self, opened: str) -> Response:
        begun = self.unlocking.begin(self.links.kept(opened), self.links.browser.digest())
        return self._over() if isinstance(begun, LinkOver) else see_other(f"{RESUME}/{begun.id}")

    def _over(self) -> Response:
        return self.pages.problem("link_over", status=200)
