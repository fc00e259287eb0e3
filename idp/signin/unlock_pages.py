"""The page behind the mail about a lock. Looking at it uses nothing up; its buttons do."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.signin.outcomes import Incomplete, NotAsked, Paused, WrongCode
from idp.signin.step_words import CODE_MISSING, STEPS, paused, wrong_code
from idp.signin.unlocking import Answered, LinkOver, Unlocking
from idp.signin.words import Problem
from idp.web.forms import Form, read_form
from idp.web.opened_links import OpenedLinks
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class UnlockPages:
    """Everything under /unlock."""

    unlocking: Unlocking
    links: OpenedLinks
    pages: Pages

    def routes(self) -> tuple[Route, ...]:
        """The mailed address, and the page it leads to."""
        return (
            Route("/unlock/<handle>", "unlock_link", self.arrive, guard=Guard.PAGE),
            Route("/unlock", "unlock", self.show, guard=Guard.PAGE),
            Route("/unlock", "unlock_answer", self.answer, methods=("POST",), guard=Guard.PAGE),
        )

    def arrive(self, handle: str) -> Response:
        """GET: takes the secret out of the address before anything is shown, so that no history or Referer keeps it."""
        return see_other("/unlock", at=self.links.open(handle))

    def show(self) -> Response:
        """GET: what the buttons will do; a calm page where the link is over."""
        return self._ask(request.args.get("at", ""), request.args.get("by", ""))

    def answer(self) -> Response:
        """POST: "it was me" or "not me"."""
        form = read_form(request)
        return self._deny(form["at"]) if "deny" in form else self._unlock(form)

    def _deny(self, opened: str) -> Response:
        done = self.unlocking.deny(self.links.kept(opened))
        if isinstance(done, LinkOver):
            return self._over()
        return self.pages.page("signin/not_me.html", brand=done.brand)

    def _unlock(self, form: Form) -> Response:
        opened, kind = form["at"], form["kind"]
        done = self.unlocking.unlock(self.links.kept(opened), kind, form["code"])
        match done:
            case Answered(brand):
                return self.pages.page("signin/unlocked.html", brand=brand)
            case LinkOver():
                return self._over()
            case NotAsked():
                return self._ask(opened, kind)
            case Incomplete():
                return self._ask(opened, kind, CODE_MISSING, 422)
            case WrongCode():
                return self._ask(opened, kind, wrong_code(done), 422)
            case Paused(until):
                return self._ask(opened, kind, paused(until - self.unlocking.clock.now()), 429)
            case _:
                assert_never(done)

    def _ask(self, opened: str, kind: str, problem: Problem | None = None, status: int = 200) -> Response:
        asked = self.unlocking.asked(self.links.kept(opened))
        if isinstance(asked, LinkOver):
            return self._over()
        chosen = kind if kind in asked.kinds else next(iter(asked.kinds), "")
        others = [{"url": f"/unlock?at={opened}&by={one}", "label": STEPS[one].choice} for one in asked.kinds if one != chosen]
        return self.pages.page(
            "signin/unlock.html",
            brand=asked.brand,
            status=status,
            at=opened,
            kind=chosen,
            words=STEPS.get(chosen),
            barred=asked.barred,
            others=others,
            problem=problem,
        )

    def _over(self) -> Response:
        return self.pages.problem("link_over", status=200)
