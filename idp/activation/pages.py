"""/activate: where online access begins, and what is asked first."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.activation.case import Stage
from idp.activation.checking import Checking, TryLater, Underway
from idp.activation.code_pages import CodePages
from idp.activation.desk import At, Desk
from idp.activation.end_pages import EndPages
from idp.signin.agreement_details import FIELDS, Details, read_details
from idp.signin.gate import ACTIVATION
from idp.signin.masking import masked
from idp.signin.words import Problem
from idp.web.forms import Form, read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route

RETRY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class ActivationPages:
    """The first page, and the one address that shows each of the others in its turn."""

    desk: Desk
    checking: Checking
    codes: CodePages
    end: EndPages

    def routes(self) -> tuple[Route, ...]:
        """Every address of an activation."""
        page, post, one = Guard.POPUP_PAGE, ("POST",), "/activate/<interaction_id>"
        return (
            Route("/activate", "activate", self.start, guard=page),
            Route(one, "activation", self.show, guard=page),
            Route(one, "activation_details", self.answer, methods=post, guard=page),
            Route(f"{one}/restart", "activation_restart", self.restart, methods=post, guard=page),
            Route(f"{one}/instead", "activation_instead", self.instead, methods=post, guard=page),
            *self.codes.routes(),
            *self.end.routes(),
        )

    def start(self) -> Response:
        """GET: of which brand. `request` names a sign-in under way, which comes back to its application."""
        if wanted := request.args.get("request", ""):
            return see_other(f"/activate/{wanted}") if wanted.isascii() and wanted.isprintable() else see_other("/activate")
        brand = self.desk.brands.get(request.args.get("brand"))
        if brand is not None and brand.account_api is not None:
            return see_other(f"/activate/{self.desk.begin(brand).id}")
        offered = [{"id": one.id, "name": one.name} for one in self.desk.brands.all() if one.account_api is not None]
        return self.desk.arrivals.pages.page("activation/brand.html", brand=None, brands=offered)

    def show(self, interaction_id: str) -> Response:
        """GET: whatever comes next."""
        at = self.desk.enter(interaction_id)
        if not isinstance(at, At):
            return at
        match at.stage:
            case None:
                return self._ask(at)
            case Stage.CODE | Stage.EMAIL_CODE | Stage.EMAIL:
                return self.codes.show(at)
            case Stage.SUPPORT:
                return self.desk.page("support", at)
            case Stage.CHOOSE | Stage.ADD | Stage.CONFIRMED:
                return self.end.show(at)
            case never:
                assert_never(never)

    def answer(self, interaction_id: str) -> Response:
        """POST: what the brand is asked. Whoever is further on by now sees that."""
        form = read_form(request)
        at = self.desk.enter(interaction_id, form)
        if not isinstance(at, At):
            return at
        if at.stage is not None:
            return at.on
        details = read_details(form, self.desk.clock.now().date())
        if not isinstance(details, Details):
            return self._ask(at, form, details)
        checked = self.checking.check(at.visit.interaction, at.brand, details, at.visit.browser.address)
        match checked:
            case Underway():
                return at.on
            case TryLater():
                later = self.desk.arrivals.pages.problem("activation_later", brand=at.brand.id, status=503, action_url=at.here)
                later.headers["Retry-After"] = str(RETRY_SECONDS)
                return later
            case never:
                assert_never(never)

    def restart(self, interaction_id: str) -> Response:
        """POST: something was mistyped: from the beginning."""
        at = self.desk.enter(interaction_id, read_form(request))
        if isinstance(at, At):
            self.desk.cases.end(at.visit.interaction)
        return at.on if isinstance(at, At) else at

    def instead(self, interaction_id: str) -> Response:
        """POST: they have online access already, and sign in."""
        at = self.desk.enter(interaction_id, read_form(request))
        if not isinstance(at, At):
            return at
        self.desk.cases.end(at.visit.interaction)
        self.desk.arrivals.interactions.keep(at.visit.interaction.answered(**{ACTIVATION: "instead"}))
        return see_other(at.visit.here)

    def _ask(self, at: At, form: Form | None = None, problem: Problem | None = None) -> Response:
        session = at.visit.browser.session
        subject = self.desk.finishing.signed_in(session) if session is not None else None
        return self.desk.page(
            "details",
            at,
            status=422 if problem else 200,
            typed={name: form[name] if form is not None else "" for name in FIELDS},
            problem=problem,
            signed_in=masked(subject.username) if subject is not None else "",
        )
