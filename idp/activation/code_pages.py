"""The code that was sent, and where the brand knows a number only: the e-mail address to use from now on."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.activation.case import Stage
from idp.activation.case_codes import NoMoreTries, Wrong
from idp.activation.confirming import Confirming, Moved, NoAddress, Withheld
from idp.activation.desk import At, Desk
from idp.core.language import N_
from idp.factors.text_code import TextCode
from idp.signin.outcomes import WrongCode
from idp.signin.step_words import CODE_MISSING, wrong_code
from idp.signin.words import Problem
from idp.web.forms import read_form
from idp.web.routes import Guard, Route

NO_ADDRESS = Problem(N_("Check the e-mail address"), N_("Type an address such as name@example.com."), "email")
WITHHELD = Problem(
    N_("No more codes for now"),
    N_("We sent as many codes there as we may today. Use another address, or try tomorrow."),
    "email",
)
CODE_STAGES = (Stage.CODE, Stage.EMAIL_CODE)


@dataclass(frozen=True, slots=True)
class CodePages:
    """Collaborators."""

    desk: Desk
    confirming: Confirming

    def routes(self) -> tuple[Route, ...]:
        """Only forms: no page that is looked at sends or uses up anything."""
        page, post, one = Guard.POPUP_PAGE, ("POST",), "/activate/<interaction_id>"
        return (
            Route(f"{one}/code", "activation_code", self.prove, methods=post, guard=page),
            Route(f"{one}/again", "activation_again", self.again, methods=post, guard=page),
            Route(f"{one}/email", "activation_email", self.send_to, methods=post, guard=page),
        )

    def show(self, at: At) -> Response:
        """The page of this stage."""
        return self._address(at) if at.stage is Stage.EMAIL else self._code(at)

    def prove(self, interaction_id: str) -> Response:
        """POST: the code."""
        form = read_form(request)
        at = self.desk.enter(interaction_id, form)
        if not isinstance(at, At) or at.case is None or at.stage not in CODE_STAGES:
            return at.on if isinstance(at, At) else at
        if not form["code"].strip():
            return self._code(at, CODE_MISSING)
        verdict = self.confirming.prove(at.visit.interaction, at.case, form["code"])
        match verdict:
            case Moved():
                return at.on
            case Wrong(left, late):
                return self._code(at, wrong_code(WrongCode(left, "late" if late else "wrong")) if left else None, 422)
            case NoMoreTries():
                return self._code(at, status=422)
            case never:
                assert_never(never)

    def again(self, interaction_id: str) -> Response:
        """POST: another code."""
        at = self.desk.enter(interaction_id, read_form(request))
        if not isinstance(at, At):
            return at
        if at.case is not None and at.stage in CODE_STAGES:
            self.confirming.again(at.visit.interaction, at.case, at.brand, at.visit.browser.address)
        return at.on

    def send_to(self, interaction_id: str) -> Response:
        """POST: the e-mail address to use from now on, or another one than the last."""
        form = read_form(request)
        at = self.desk.enter(interaction_id, form)
        if not isinstance(at, At) or at.case is None or at.stage not in (Stage.EMAIL, Stage.EMAIL_CODE):
            return at.on if isinstance(at, At) else at
        if "change" in form:
            return self._address(at)
        sent = self.confirming.send_to(at.visit.interaction, at.case, at.brand, form["email"], at.visit.browser.address)
        match sent:
            case Moved():
                return at.on
            case NoAddress():
                return self._address(at, form["email"], NO_ADDRESS)
            case Withheld():
                return self._address(at, form["email"], WITHHELD, 429)
            case never:
                assert_never(never)

    def _code(self, at: At, problem: Problem | None = None, status: int = 200) -> Response:
        if at.case is None:
            return at.on
        waiting = self.confirming.waiting(at.case)
        over = waiting.tries_left <= 0
        return self.desk.page(
            "over" if over else "code",
            at,
            status=422 if problem else status,
            problem=problem,
            waiting=waiting,
            by_text=at.case.target.kind == TextCode.kind,
            on_file=at.stage is Stage.CODE,
            shown=at.case.target.shown if at.stage is Stage.CODE else at.case.target.address,
        )

    def _address(self, at: At, typed: str = "", problem: Problem | None = None, status: int = 422) -> Response:
        return self.desk.page("email", at, status=status if problem else 200, typed=typed, problem=problem)
