"""The page that meets whoever signs in to an account that they asked to have closed."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.brands.brand import zone_of
from idp.signin.arrival import Arrivals, Visit
from idp.signin.keeping import Keeping
from idp.signin.outcomes import Proven
from idp.web import formats
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route

RULE = "/signin/<interaction_id>/closing"


@dataclass(frozen=True, slots=True)
class ClosingPages:
    """/signin/<interaction>/closing."""

    keeping: Keeping
    arrivals: Arrivals

    def routes(self) -> tuple[Route, ...]:
        """Its address."""
        return (
            Route(RULE, "signin_closing", self.show, guard=Guard.POPUP_PAGE),
            Route(RULE, "signin_closing_answer", self.answer, methods=("POST",), guard=Guard.POPUP_PAGE),
        )

    def show(self, interaction_id: str) -> Response:
        """GET: when it will be closed, and a button that keeps it."""
        visit = self.arrivals.visit(interaction_id)
        if not isinstance(visit, Visit):
            return visit
        at = self.keeping.asked(visit.interaction, visit.browser)
        if at is None:
            return see_other(visit.here)
        brand = self.keeping.progress.gate.brands.get(visit.interaction.brand)
        day = formats.day(at.astimezone(zone_of(brand)))
        return self.arrivals.page("signin/closing.html", visit, day=day, action=f"{visit.here}/closing")

    def answer(self, interaction_id: str) -> Response:
        """POST `keep`; anything else asks again."""
        form = read_form(request)
        visit = self.arrivals.visit(interaction_id, form)
        if not isinstance(visit, Visit):
            return visit
        kept = self.keeping.keep(visit.interaction, visit.browser) if "keep" in form else None
        return self.arrivals.leave(kept) if isinstance(kept, Proven) else see_other(visit.here)
