"""The pages of a passkey: alone on a page, as a step of a sign-in, and the options a script asks for."""

from dataclasses import dataclass
from typing import assert_never

from flask import jsonify, request
from werkzeug.wrappers import Response

from idp.core.language import N_
from idp.core.throttle import Quota
from idp.factors.passkey import Passkeys, UnknownCredential
from idp.factors.passkey_ceremony import Refused
from idp.signin.arrival import Arrivals, Visit
from idp.signin.outcomes import Incomplete, NotAsked, Over, Pending, Proven
from idp.signin.passkey_steps import PasskeyStep, PasskeySteps
from idp.signin.passkey_words import MISSING, SWITCHED_OFF, PasskeyForm, refusal
from idp.signin.step_words import STEPS
from idp.signin.words import Problem
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route

# The field by which a form says that it is for whoever answers. It opens nothing: that way proves all by itself.
ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class PasskeyPages:
    """Everything under /signin/<interaction>/passkey."""

    steps: PasskeySteps
    arrivals: Arrivals
    pages: Pages
    quota: Quota

    def routes(self) -> tuple[Route, ...]:
        """The addresses."""
        page, rule = Guard.POPUP_PAGE, "/signin/<interaction_id>/passkey"
        return (
            Route(rule, "signin_passkey", self.show, guard=page),
            Route(rule, "signin_passkey_answer", self.answer, methods=("POST",), guard=page),
            Route(f"{rule}/options", "signin_passkey_options", self.options, methods=("POST",), guard=page),
        )

    def show(self, interaction_id: str) -> Response:
        """GET: the step that is asked; before anybody is known, a sign-in by passkey alone."""
        visit = self.arrivals.visit(interaction_id)
        if not isinstance(visit, Visit):
            return visit
        anyone = self.steps.progress.position(visit.interaction, visit.browser) is None
        return self._ask(visit, anyone=anyone)

    def options(self, interaction_id: str) -> Response:
        """POST by script: what the browser needs for its question, as JSON. 410 where there is nothing to ask any more."""
        visit = self.arrivals.visit(interaction_id)
        if not isinstance(visit, Visit):
            return nothing_to_ask()
        if ANYONE in read_form(request):
            options = self.steps.sign_in_options(visit.interaction)
        else:
            options = self.steps.step_options(visit.interaction, visit.browser)
        return jsonify(options) if options is not None else nothing_to_ask()

    def answer(self, interaction_id: str) -> Response:
        """POST: the browser's answer, or nothing where a page that stood open for too long only wants a fresh one."""
        form = read_form(request)
        visit = self.arrivals.visit(interaction_id, form)
        if not isinstance(visit, Visit):
            return visit
        if visit.interaction.id != interaction_id:
            return see_other(visit.here)
        anyone = ANYONE in form
        if anyone:
            self.quota.use()  # an answer costs nothing to make up, and each is written down
            step = self.steps.sign_in(visit.interaction, form["credential"], visit.browser)
        else:
            step = self.steps.prove(visit.interaction, form["credential"], visit.browser, trust="trust" in form)
        return self._after(visit, step, anyone=anyone)

    def _after(self, visit: Visit, step: PasskeyStep, *, anyone: bool) -> Response:
        match step:
            case Proven():
                return self.arrivals.leave(step)
            case Pending() | NotAsked():
                return see_other(visit.here)
            case Over():
                return self._ask(visit, anyone=True, problem=SWITCHED_OFF) if anyone else see_other(visit.here)
            case Incomplete():
                return self._ask(visit, anyone=anyone, problem=MISSING)
            case Refused():
                return self._ask(visit, anyone=anyone, problem=refusal(step))
            case UnknownCredential(credential_id):
                return self._ask(visit, anyone=anyone, problem=refusal(step), unknown=credential_id)
            case _:
                assert_never(step)

    def _ask(self, visit: Visit, *, anyone: bool, problem: Problem | None = None, unknown: str = "") -> Response:
        asked = None if anyone else self.steps.asked(visit.interaction, visit.browser)
        if asked is None and not (anyone and self.steps.is_accepted(visit.interaction)):
            return see_other(visit.here)
        label = N_("Sign in with a passkey") if asked is None else N_("Use your passkey")
        return self.pages.page(
            "factors/passkey.html",
            brand=visit.interaction.brand,
            application=visit.interaction.application,
            status=422 if problem else 200,
            form_action=visit.ends,
            words=STEPS[Passkeys.kind],
            passkey=PasskeyForm(action=f"{visit.here}/passkey", label=label, anyone=asked is None),
            request=self.arrivals.interactions.seal(visit.interaction),
            problem=problem,
            unknown=unknown,
            rp_id=self.steps.passkeys.rp_id,
            other=visit.here if asked is None or "password" in asked[1].choices else f"{visit.here}/other",
            trust_days=0 if asked is None or asked[0].attempt.shared else self._trust_days(visit),
        )

    def _trust_days(self, visit: Visit) -> int:
        if visit.interaction.requirement.is_step_up:
            return 0
        return self.steps.progress.gate.policy(visit.interaction.brand).trusted_browser_days


def nothing_to_ask() -> Response:
    """The answer to a script on a page that was overtaken."""
    response = jsonify({})
    response.status_code = 410
    return response
