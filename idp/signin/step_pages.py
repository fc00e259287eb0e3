"""The pages of a further step: a typed code, other ways, and "not now". What comes next is the gate's to say (S3.2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.core.clock import Clock
from idp.core.language import N_
from idp.signin.arrival import Arrivals, Visit
from idp.signin.gate import DECLINED, ENROLS, asked, is_declinable
from idp.signin.needs import Step, Unmet
from idp.signin.outcomes import Incomplete, NotAsked, Over, Paused, Pending, Proven, WrongCode
from idp.signin.progress import Position
from idp.signin.second_steps import SecondSteps
from idp.signin.sending_pages import SendingPages
from idp.signin.step_words import CODE_MISSING, STEPS, wrong_code
from idp.signin.words import Problem
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class StepPages:
    """Everything under /signin/<interaction>/… that is about a code."""

    steps: SecondSteps
    sending: SendingPages
    arrivals: Arrivals
    clock: Clock

    def routes(self) -> tuple[Route, ...]:
        """The addresses of further steps."""
        page, rule = Guard.POPUP_PAGE, "/signin/<interaction_id>"
        codes = tuple(
            route
            for kind in self.steps.codes.judges
            for route in (
                Route(f"{rule}/{kind}", f"signin_{kind}", partial(self._show, kind), guard=page),
                Route(f"{rule}/{kind}", f"signin_{kind}_answer", partial(self._prove, kind), methods=("POST",), guard=page),
            )
        )
        return (
            *codes,
            Route(f"{rule}/other", "signin_other", self.other, guard=page),
            Route(f"{rule}/unmet", "signin_unmet", self.unmet, guard=page),
            Route(f"{rule}/decline", "signin_decline", self.decline, methods=("POST",), guard=page),
        )

    def other(self, interaction_id: str) -> Response:
        """GET: the other ways there are."""
        found = self._asked(interaction_id)
        if isinstance(found, Response):
            return found
        visit, position = found
        if not isinstance(position.need, Step):
            return see_other(visit.here)
        # The password has no page of its own: it is asked where a sign-in begins.
        ways = [{"url": f"{visit.here}/{kind}", "label": STEPS[kind].choice} for kind in position.need.choices if kind in STEPS]
        if len(ways) < len(position.need.choices):
            ways.append({"url": visit.here, "label": N_("Use your password")})
        return self.arrivals.page(
            "signin/other_ways.html",
            visit,
            ways=ways,
            declinable=is_declinable(visit.interaction),
            lost=f"/recovery/lost?request={visit.interaction.id}",
        )

    def unmet(self, interaction_id: str) -> Response:
        """GET: what is asked cannot be reached by this subject at this brand."""
        found = self._asked(interaction_id)
        if isinstance(found, Response):
            return found
        visit, position = found
        return self.arrivals.page("signin/unmet.html", visit) if isinstance(position.need, Unmet) else see_other(visit.here)

    def decline(self, interaction_id: str) -> Response:
        """POST "not now": the request goes on where a level that will do was proven before, or whoever asked is told."""
        visit = self.arrivals.visit(interaction_id, read_form(request))
        if not isinstance(visit, Visit):
            return visit
        # Who wanted to add a factor of their own accord goes on without; nobody asked for it.
        answer = {ENROLS: ""} if visit.interaction.answers.get(ENROLS) else {DECLINED: "1"}
        answered = visit.interaction.answered(**answer)
        self.arrivals.interactions.keep(answered)
        # Nobody is signed in yet: less will do, so the sign-in goes on with that.
        if DECLINED in answer and visit.browser.session is None and asked(answered) != asked(visit.interaction):
            return see_other(visit.here)
        self.steps.progress.attempts.end(visit.interaction)
        return see_other(self.arrivals.interactions.resume_url(visit.interaction))

    def _show(self, kind: str, interaction_id: str) -> Response:
        found = self._asked(interaction_id)
        if isinstance(found, Response):
            return found
        visit, position = found
        if not isinstance(position.need, Step) or kind not in position.need.choices:
            return see_other(visit.here)
        return self._ask(visit, kind, position, None)

    def _prove(self, kind: str, interaction_id: str) -> Response:
        form = read_form(request)
        visit = self.arrivals.visit(interaction_id, form)
        if not isinstance(visit, Visit):
            return visit
        step = self.steps.prove(visit.interaction, kind, form["code"], visit.browser, trust="trust" in form)
        match step:
            case Proven():
                return self.arrivals.leave(step)
            case Pending() | NotAsked() | Over():
                return see_other(visit.here)
            case Incomplete():
                return self._again(visit, kind, CODE_MISSING)
            case WrongCode():
                return self._again(visit, kind, wrong_code(step))
            case Paused(until):
                return self._pause(visit, kind, until)
            case _:
                assert_never(step)

    def _again(self, visit: Visit, kind: str, problem: Problem) -> Response:
        position = self.steps.progress.position(visit.interaction, visit.browser)
        if position is None or not isinstance(position.need, Step):
            return see_other(visit.here)
        return self._ask(visit, kind, position, problem)

    def _ask(self, visit: Visit, kind: str, position: Position, problem: Problem | None) -> Response:
        return self.arrivals.page(
            f"factors/{kind}.html",
            visit,
            status=422 if problem else 200,
            action=f"{visit.here}/{kind}",
            words=STEPS[kind],
            problem=problem,
            other=f"{visit.here}/other",
            declinable=is_declinable(visit.interaction),
            trust_days=0 if position.attempt.shared or visit.interaction.requirement.is_step_up else self._trust_days(visit),
            **self.sending.context(visit.interaction, position.subject, kind),
        )

    def _pause(self, visit: Visit, kind: str, until: datetime) -> Response:
        minutes = ceil((until - self.clock.now()) / timedelta(minutes=1))
        other = f"{visit.here}/other"
        return self.arrivals.page("signin/paused.html", visit, status=429, minutes=minutes, words=STEPS[kind], other=other)

    def _trust_days(self, visit: Visit) -> int:
        return self.steps.progress.gate.policy(visit.interaction.brand).trusted_browser_days

    def _asked(self, interaction_id: str) -> tuple[Visit, Position] | Response:
        visit = self.arrivals.visit(interaction_id)
        if not isinstance(visit, Visit):
            return visit
        position = self.steps.progress.position(visit.interaction, visit.browser)
        return (visit, position) if position is not None else see_other(visit.here)
