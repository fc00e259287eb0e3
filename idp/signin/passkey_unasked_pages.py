"""What the script on the page of the offer asks and sends where the browser makes a passkey without a prompt."""

from dataclasses import dataclass

from flask import jsonify, request
from werkzeug.wrappers import Response

from idp.signin.arrival import Arrivals, Visit
from idp.signin.passkey_pages import nothing_to_ask
from idp.signin.passkey_unasked import UnaskedPasskeys
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class UnaskedPasskeyPages:
    """Everything under /signin/<interaction>/offer/passkey."""

    unasked: UnaskedPasskeys
    arrivals: Arrivals

    def routes(self) -> tuple[Route, ...]:
        """The addresses."""
        rule, page, post = "/signin/<interaction_id>/offer/passkey", Guard.POPUP_PAGE, ("POST",)
        return (
            Route(rule, "signin_offer_passkey", self.answer, methods=post, guard=page),
            Route(f"{rule}/options", "signin_offer_passkey_options", self.options, methods=post, guard=page),
        )

    def options(self, interaction_id: str) -> Response:
        """POST by script: what the browser needs, as JSON. 410 where nothing is to be made unasked."""
        visit = self.arrivals.visit(interaction_id)
        options = self.unasked.options(visit.interaction, visit.browser) if isinstance(visit, Visit) else None
        return jsonify(options) if options is not None else nothing_to_ask()

    def answer(self, interaction_id: str) -> Response:
        """POST: what it made. Whatever comes of it, the sign-in goes on; the offer stays where nothing was made."""
        form = read_form(request)
        visit = self.arrivals.visit(interaction_id, form)
        if not isinstance(visit, Visit):
            return visit
        if self.unasked.register(visit.interaction, form["credential"], visit.browser):
            return see_other(visit.here)
        return see_other(f"{visit.here}/offer", tried="1")
