"""The last pages: a name and a password for somebody new; a sign-in for somebody who has one; and back to the portal."""

from dataclasses import dataclass, replace
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.activation.case import Stage
from idp.activation.desk import DONE_AT, KIND, LINK_AT, LINK_KIND, At, Desk
from idp.activation.finishing import AlreadyActive, Chosen, Created, HasAccount, Linked, NameTaken, NotPossible, NotProven
from idp.core.language import N_
from idp.sessions.context import Requirement
from idp.signin.arrival import Visit
from idp.signin.gate import DECLINED, ENROLS
from idp.signin.masking import masked
from idp.signin.outcomes import Over, Pending, Proven
from idp.signin.strength_pages import ADDRESS as JUDGE
from idp.signin.words import Problem
from idp.web.forms import Form, read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route

FIELDS = {
    "username": Problem(
        N_("Choose another username"), N_("Use letters, digits, dots and dashes: any visible characters but @."), "username"
    ),
    "given_name": Problem(N_("Something is missing"), N_("Type your first name."), "given_name"),
    "family_name": Problem(N_("Something is missing"), N_("Type your last name."), "family_name"),
}
NAME_TAKEN = Problem(
    N_("That username is taken"), N_("Choose another one. You can always sign in with your e-mail too."), "username"
)
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class EndPages:
    """Collaborators."""

    desk: Desk

    def routes(self) -> tuple[Route, ...]:
        """Their addresses, and those to which the gate comes back."""
        page, post, one = Guard.POPUP_PAGE, ("POST",), "/activate/<interaction_id>"
        return (
            Route(f"{one}/choose", "activation_choose", self.choose, methods=post, guard=page),
            Route(f"{one}/add", "activation_add", self.add, methods=post, guard=page),
            Route(f"{LINK_AT}/<interaction_id>", "activation_link", self.link, guard=page),
            Route(f"{DONE_AT}/<interaction_id>", "activation_done", self.done, guard=page),
        )

    def show(self, at: At) -> Response:
        """The page of this stage."""
        if at.case is None:
            return at.on
        if at.stage is Stage.CHOOSE:
            return self._choose(at)
        subject = self.desk.finishing.known(at.case, at.visit.browser)
        here = at.visit.browser.session is not None
        return self.desk.page("add", at, account=masked(subject.username) if subject is not None and here else "")

    def choose(self, interaction_id: str) -> Response:
        """POST: name and password of a new account."""
        form = read_form(request)
        at = self.desk.enter(interaction_id, form)
        if not isinstance(at, At) or at.case is None or at.stage is not Stage.CHOOSE:
            return at.on if isinstance(at, At) else at
        names = (form[name].strip() for name in ("given_name", "family_name"))
        chosen = Chosen(form["username"].strip(), form["password"], *names)
        return self._after(at, form, self.desk.finishing.create(at.visit.interaction, at.case, chosen, at.visit.browser))

    def _after(self, at: At, form: Form, made: Created) -> Response:
        match made:
            case Proven():
                return self.desk.arrivals.leave(made)
            case Pending() | Over():
                return see_other(at.visit.here)
            case Problem():
                return self._choose(at, form, made)
            case NotPossible(field):
                return self._choose(at, form, FIELDS[field])
            case NameTaken():
                return self._choose(at, form, NAME_TAKEN)
            case HasAccount():
                return at.on
            case AlreadyActive():
                return self._taken(at)
            case never:
                assert_never(never)

    def add(self, interaction_id: str) -> Response:
        """POST: the agreement goes to an account that exists. Its owner proves it as strongly as they can."""
        form = read_form(request)
        at = self.desk.enter(interaction_id, form)
        if not isinstance(at, At) or at.case is None or at.stage is not Stage.ADD:
            return at.on if isinstance(at, At) else at
        if "own" in form and self.desk.finishing.is_somebody_elses_number(at.visit.interaction, at.case):
            return see_other(at.here)
        subject = self.desk.finishing.known(at.case, at.visit.browser)
        known = None if "another" in form else subject
        proving = self.desk.arrivals.interactions.park(
            kind=LINK_KIND,
            browser=at.visit.browser.digest,
            client_id=None,
            brand=at.brand.id,
            application=at.visit.interaction.application,
            requirement=self.desk.finishing.asked_of(known, at.brand.id) if known is not None else Requirement(),
            request={"of": at.visit.interaction.id},
            # Whoever has the number of somebody must not learn their address from it.
            login_hint=at.case.email if known is not None else "",
        )
        return see_other(f"/signin/{proving.id}", **({"another": "1"} if known is None else {}))

    def link(self, interaction_id: str) -> Response:
        """GET: back from the gate."""
        visit = self.desk.arrivals.visit(interaction_id, kind=LINK_KIND)
        if not isinstance(visit, Visit):
            return visit
        at = self.desk.enter(str(visit.interaction.request.get("of", "")))
        if not isinstance(at, At) or at.case is None or at.stage is not Stage.ADD or DECLINED in visit.interaction.answers:
            return at.on if isinstance(at, At) else at
        linked = self.desk.finishing.link(at.visit.interaction, at.case, visit.interaction, at.visit.browser)
        match linked:
            case Linked():
                self.desk.arrivals.interactions.end(visit.interaction.id, visit.interaction.browser)
                return see_other(self.desk.arrivals.interactions.resume_url(at.visit.interaction))
            case AlreadyActive():
                return self._taken(at)
            case NotProven(asked):
                return self._to_prove(visit, asked)
            case never:
                assert_never(never)

    def _to_prove(self, visit: Visit, asked: Requirement | None) -> Response:
        """To the gate, which asks for what is missing; what was proven there for this counts."""
        if asked is not None:
            answers = {question: answer for question, answer in visit.interaction.answers.items() if question != ENROLS}
            self.desk.arrivals.interactions.keep(replace(visit.interaction, requirement=asked, answers=answers))
        return see_other(visit.here)

    def done(self, interaction_id: str) -> Response:
        """GET: whoever came without an application goes to the portal of their brand."""
        visit = self.desk.arrivals.visit(interaction_id, kind=KIND)
        if not isinstance(visit, Visit):
            return visit
        brand = self.desk.brands.get(visit.interaction.brand)
        self.desk.arrivals.interactions.end(visit.interaction.id, visit.interaction.browser)
        host = brand.hosts[0] if brand is not None and brand.hosts else ""
        scheme = "http" if host.rpartition(":")[0] in LOOPBACK else "https"
        return see_other(f"{scheme}://{host}/" if host else "/account/security")

    def _choose(self, at: At, form: Form | None = None, problem: Problem | None = None) -> Response:
        if at.case is None:
            return at.on
        finishing = self.desk.finishing
        typed = {"username": finishing.suggestion(at.case) if form is None else form["username"]}
        for name in ("given_name", "family_name"):
            typed[name] = getattr(at.case, name) if form is None else form[name]
        return self.desk.page(
            "choose",
            at,
            status=422 if problem else 200,
            typed=typed,
            email=at.case.email,
            problem=problem,
            choosing=finishing.passwords.choosing(at.brand.id),
            judge=JUDGE,
        )

    def _taken(self, at: At) -> Response:
        self.desk.cases.end(at.visit.interaction)
        return self.desk.arrivals.pages.problem("activation_taken", brand=at.brand.id, status=200, action_url=at.visit.here)
