"""The page between a sign-in by password alone and where it was for: a second step is offered, and can be put off."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.signin.arrival import Arrivals, Visit
from idp.signin.enrol_words import OFFERS
from idp.signin.offer import Offers
from idp.signin.passkey_words import unasked_form
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class OfferPages:
    """/signin/<interaction>/offer."""

    offers: Offers
    arrivals: Arrivals
    pages: Pages

    def routes(self) -> tuple[Route, ...]:
        """The address of the offer."""
        rule = "/signin/<interaction_id>/offer"
        return (
            Route(rule, "signin_offer", self.show, guard=Guard.POPUP_PAGE),
            Route(rule, "signin_offer_answer", self.answer, methods=("POST",), guard=Guard.POPUP_PAGE),
        )

    def show(self, interaction_id: str) -> Response:
        """GET: the offer, as long as it stands."""
        visit = self.arrivals.visit(interaction_id)
        if not isinstance(visit, Visit):
            return visit
        if not self.offers.stands(visit.interaction, visit.browser):
            return see_other(visit.here)
        accepted = self.offers.progress.gate.policy(visit.interaction.brand).second_steps
        return self.pages.page(
            "signin/offer.html",
            brand=visit.interaction.brand,
            application=visit.interaction.application,
            form_action=visit.ends,
            action=f"{visit.here}/offer",
            # Tried once: what the browser could not do a moment ago must not hold anybody up.
            passkey=None if "tried" in request.args else unasked_form(visit.here),
            offers=[{"kind": kind, "label": offer.choice} for kind, offer in OFFERS.items() if kind in accepted],
            request=self.arrivals.interactions.seal(visit.interaction),
        )

    def answer(self, interaction_id: str) -> Response:
        """POST: which kind of factor, or "not now"."""
        form = read_form(request)
        visit = self.arrivals.visit(interaction_id, form)
        if not isinstance(visit, Visit):
            return visit
        if form["enrol"] in OFFERS:
            self.offers.take(visit.interaction, form["enrol"], visit.browser)
        elif "later" in form:
            self.offers.put_off(visit.interaction, visit.browser)
        else:
            return see_other(f"{visit.here}/offer")
        return see_other(visit.here)
