"""The page of a passkey that is enrolled in place, and the options its script asks for."""

from dataclasses import dataclass
from typing import assert_never

from flask import jsonify, request
from werkzeug.wrappers import Response

from idp.core.language import N_
from idp.factors.passkey_ceremony import Refused
from idp.signin.arrival import Arrivals, Visit
from idp.signin.enrol_pages import show_added
from idp.signin.enrolment import Added
from idp.signin.outcomes import Incomplete, NotAsked, Over
from idp.signin.passkey_enrolment import PasskeyEnrolment
from idp.signin.passkey_pages import nothing_to_ask
from idp.signin.passkey_words import MISSING, PasskeyForm, refusal
from idp.signin.words import Problem
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class PasskeyEnrolPages:
    """Everything under /signin/<interaction>/enrol/passkey."""

    enrolment: PasskeyEnrolment
    arrivals: Arrivals

    def routes(self) -> tuple[Route, ...]:
        """The addresses."""
        page, rule = Guard.POPUP_PAGE, "/signin/<interaction_id>/enrol/passkey"
        return (
            Route(rule, "signin_enrol_passkey", self.show, guard=page),
            Route(rule, "signin_enrol_passkey_answer", self.answer, methods=("POST",), guard=page),
            Route(f"{rule}/options", "signin_enrol_passkey_options", self.options, methods=("POST",), guard=page),
        )

    def show(self, interaction_id: str) -> Response:
        """GET: what a passkey is, and the button."""
        visit = self.arrivals.visit(interaction_id)
        return self._ask(visit) if isinstance(visit, Visit) else visit

    def options(self, interaction_id: str) -> Response:
        """POST by script: what the browser needs to make one, as JSON. 410 where none is to be made any more."""
        visit = self.arrivals.visit(interaction_id)
        options = self.enrolment.options(visit.interaction, visit.browser) if isinstance(visit, Visit) else None
        return jsonify(options) if options is not None else nothing_to_ask()

    def answer(self, interaction_id: str) -> Response:
        """POST: what the browser made."""
        form = read_form(request)
        visit = self.arrivals.visit(interaction_id, form)
        if not isinstance(visit, Visit):
            return visit
        made = self.enrolment.register(visit.interaction, form["credential"], visit.browser)
        match made:
            case Added():
                return show_added(self.arrivals, visit, made)
            case NotAsked() | Over():
                return see_other(visit.here)
            case Incomplete():
                return self._ask(visit, MISSING)
            case Refused():
                return self._ask(visit, refusal(made))
            case _:
                assert_never(made)

    def _ask(self, visit: Visit, problem: Problem | None = None) -> Response:
        if not self.enrolment.is_offered(visit.interaction, visit.browser):
            return see_other(visit.here)
        return self.arrivals.page(
            "signin/enrol_passkey.html",
            visit,
            status=422 if problem else 200,
            passkey=PasskeyForm(action=f"{visit.here}/enrol/passkey", label=N_("Make a passkey"), does="create"),
            problem=problem,
            other=f"{visit.here}/enrol",
        )
