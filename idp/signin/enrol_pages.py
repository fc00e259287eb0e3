"""The pages of an enrolment in place: why, which kind, the authenticator app, and the recovery codes that come with it."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.factors.factor import Wrong
from idp.factors.totp import BadLabel, ClockOff, Replayed, TooMany
from idp.signin.app_enrolment import AppEnrolment, Lapsed
from idp.signin.arrival import Arrivals, Visit
from idp.signin.enrol_words import OFFERS, unconfirmed
from idp.signin.enrolment import Added
from idp.signin.gate import ENROLS, is_declinable
from idp.signin.needs import Enrol
from idp.signin.outcomes import Incomplete, NotAsked, Over, Proven
from idp.signin.proposals import in_groups
from idp.signin.step_words import CODE_MISSING
from idp.signin.words import Problem
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route

LABEL = "Phone"


@dataclass(frozen=True, slots=True)
class EnrolPages:
    """/signin/<interaction>/enrol and what is below it."""

    apps: AppEnrolment
    arrivals: Arrivals

    def routes(self) -> tuple[Route, ...]:
        """The addresses of enrolment in place."""
        page, rule = Guard.POPUP_PAGE, "/signin/<interaction_id>/enrol"
        return (
            Route(rule, "signin_enrol", self.choose, guard=page),
            Route(f"{rule}/totp", "signin_enrol_totp", self.show_app, guard=page),
            Route(f"{rule}/totp", "signin_enrol_totp_answer", self.confirm_app, methods=("POST",), guard=page),
        )

    def choose(self, interaction_id: str) -> Response:
        """GET: why something is enrolled, and what there is to choose from."""
        visit = self.arrivals.visit(interaction_id)
        if not isinstance(visit, Visit):
            return visit
        position = self.apps.enrolment.progress.position(visit.interaction, visit.browser)
        if position is None or not isinstance(position.need, Enrol):
            return see_other(visit.here)
        offers = [
            {"url": f"{visit.here}/enrol/{kind}", "label": OFFERS[kind].choice, "about": OFFERS[kind].about}
            for kind in position.need.choices
            if kind in OFFERS
        ]
        return self.arrivals.page("signin/enrol.html", visit, offers=offers, reason=_reason(visit))

    def show_app(self, interaction_id: str) -> Response:
        """GET: the key for the app, as QR code and for typing."""
        visit = self.arrivals.visit(interaction_id)
        return self._app(visit, None, LABEL) if isinstance(visit, Visit) else visit

    def confirm_app(self, interaction_id: str) -> Response:
        """POST: the first code that the app shows."""
        form = read_form(request)
        visit = self.arrivals.visit(interaction_id, form)
        if not isinstance(visit, Visit):
            return visit
        confirmed = self.apps.confirm(visit.interaction, form["code"], form["label"], visit.browser)
        match confirmed:
            case Added():
                return show_added(self.arrivals, visit, confirmed)
            case NotAsked() | Over():
                return see_other(visit.here)
            case Incomplete():
                return self._app(visit, CODE_MISSING, form["label"])
            case Lapsed() | Wrong() | Replayed() | ClockOff() | BadLabel() | TooMany():
                return self._app(visit, unconfirmed(confirmed), form["label"])
            case _:
                assert_never(confirmed)

    def _app(self, visit: Visit, problem: Problem | None, label: str) -> Response:
        proposal = self.apps.propose(visit.interaction, visit.browser)
        if proposal is None:
            return see_other(visit.here)
        return self.arrivals.page(
            "signin/enrol_totp.html",
            visit,
            status=422 if problem else 200,
            action=f"{visit.here}/enrol/totp",
            other=f"{visit.here}/enrol",
            proposal=proposal,
            typed_key=in_groups(proposal.secret),
            label=label,
            problem=problem,
        )


def show_added(arrivals: Arrivals, visit: Visit, added: Added) -> Response:
    """What follows an enrolment in place: the new recovery codes where there are any, or straight on."""
    onward = added.step.resume if isinstance(added.step, Proven) else visit.here
    if added.codes:
        response = arrivals.page("signin/recovery_codes.html", visit, codes=added.codes, onward=onward)
    else:
        response = see_other(onward)
    return arrivals.mark(response, added.step) if isinstance(added.step, Proven) else response


def _reason(visit: Visit) -> str:
    """Why something is enrolled: of one's own accord, because the application asks, or because staff must."""
    if not is_declinable(visit.interaction):
        return "staff"
    return "own" if visit.interaction.answers.get(ENROLS) or visit.interaction.client_id is None else "asked"
