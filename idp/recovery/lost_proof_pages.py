"""The pages on which somebody who lost a second factor proves who they are: alike for names that do not exist."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.core.language import _
from idp.factors.password import Password
from idp.recovery.lost_finishing import KIND, RESUME
from idp.recovery.lost_proofs import AGREEMENT, KINDS, Asking
from idp.recovery.lost_proving import Counted, LostProving, NotAsked, Unanswered, UsedUp, WrongProof
from idp.recovery.lost_words import (
    CODE_MISSING,
    NO_ANSWER,
    PROOFS,
    USED_UP,
    WRONG_AGREEMENT,
    WRONG_CODE,
    about_password,
)
from idp.signin.agreement_details import FIELDS, Details, read_details
from idp.signin.arrival import Arrivals, Visit
from idp.signin.outcomes import Incomplete, LockedOut, TooManyTries
from idp.signin.words import Problem
from idp.web.forms import Form, read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route

SENT = "sent"
NOTHING = Form({})
TEMPLATES = {Password.kind: "password", AGREEMENT: "agreement"}


@dataclass(frozen=True, slots=True)
class LostProofPages:
    """One page for each kind of proof."""

    proving: LostProving
    arrivals: Arrivals

    def routes(self) -> tuple[Route, ...]:
        """The addresses; what is asked is decided by the way, not by the address."""
        page = f"{RESUME}/<interaction_id>/<any({', '.join(KINDS)}):kind>"
        return (
            Route(page, "lost_proof", self.show, guard=Guard.PAGE),
            Route(page, "lost_prove", self.prove, methods=("POST",), guard=Guard.PAGE),
            Route(f"{page}/send", "lost_send", self.send, methods=("POST",), guard=Guard.PAGE),
        )

    def show(self, interaction_id: str, kind: str) -> Response:
        """GET: the field, or the button that sends a code. Sends nothing."""
        visit = self.arrivals.visit(interaction_id, kind=KIND)
        return self._page(visit, kind) if isinstance(visit, Visit) else visit

    def send(self, interaction_id: str, kind: str) -> Response:
        """POST: a code is asked for. The answer is the same whether or not one is sent."""
        visit = self.arrivals.visit(interaction_id, kind=KIND)
        if not isinstance(visit, Visit):
            return visit
        if not self.proving.ask(visit.interaction, kind, visit.browser.address):
            return see_other(_way(visit))
        self.arrivals.interactions.keep(visit.interaction.answered(**{f"{SENT}:{kind}": "1"}))
        return see_other(f"{_way(visit)}/{kind}")

    def prove(self, interaction_id: str, kind: str) -> Response:
        """POST: a proof."""
        form = read_form(request)
        visit = self.arrivals.visit(interaction_id, kind=KIND)
        if not isinstance(visit, Visit):
            return visit
        if kind == Password.kind:
            return self._password(visit, form)
        return self._agreement(visit, form) if kind == AGREEMENT else self._code(visit, kind, form)

    def _password(self, visit: Visit, form: Form) -> Response:
        step = self.proving.by_password(visit.interaction, form["password"], visit.browser)
        if isinstance(step, NotAsked):
            return see_other(_way(visit))
        problem = about_password(step, self.proving.clock.now())
        if problem is None:
            return see_other(_way(visit))
        response = self._page(visit, Password.kind, problem, 429 if isinstance(step, LockedOut | TooManyTries) else 422)
        if isinstance(step, TooManyTries):
            response.headers["Retry-After"] = str(int(step.retry_after.total_seconds()))
        return response

    def _code(self, visit: Visit, kind: str, form: Form) -> Response:
        outcome = self.proving.by_code(visit.interaction, kind, form["code"])
        match outcome:
            case Counted() | NotAsked():
                return see_other(_way(visit))
            case Incomplete():
                return self._page(visit, kind, CODE_MISSING)
            case WrongProof():
                return self._page(visit, kind, WRONG_CODE)
            case UsedUp():
                return self._page(visit, kind, USED_UP, 429)
            case never:
                assert_never(never)

    def _agreement(self, visit: Visit, form: Form) -> Response:
        details = read_details(form, self.proving.clock.now().date())
        if not isinstance(details, Details):
            return self._page(visit, AGREEMENT, details, typed=form)
        outcome = self.proving.by_agreement(visit.interaction, details, visit.browser.address)
        match outcome:
            case Counted() | NotAsked():
                return see_other(_way(visit))
            case WrongProof():
                return self._page(visit, AGREEMENT, WRONG_AGREEMENT, typed=form)
            case UsedUp():
                return self._page(visit, AGREEMENT, USED_UP, 429)
            case Unanswered():
                return self._page(visit, AGREEMENT, NO_ANSWER, 503, typed=form)
            case never:
                assert_never(never)

    def _page(
        self, visit: Visit, kind: str, problem: Problem | None = None, status: int = 422, typed: Form = NOTHING
    ) -> Response:
        asking = self.proving.asks_for(visit.interaction, kind)
        if not isinstance(asking, Asking):
            return see_other(_way(visit))
        words, target = PROOFS[kind], asking.shown.get(kind, "")
        return self.arrivals.pages.page(
            f"recovery/lost_{TEMPLATES.get(kind, 'code')}.html",
            brand=visit.interaction.brand,
            status=status if problem else 200,
            problem=problem,
            words=words,
            text=_(words.known, target=target) if target and words.known else _(words.text),
            sent=f"{SENT}:{kind}" in visit.interaction.answers,
            typed={name: typed[name] for name in FIELDS},
            action=f"{_way(visit)}/{kind}",
            other=_way(visit),
        )


def _way(visit: Visit) -> str:
    return f"{RESUME}/{visit.interaction.id}"
