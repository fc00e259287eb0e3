"""The first pages of a sign-in: identify, confirm, choose an account. They decide nothing; the flow and the gate do."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.core.clock import Clock
from idp.core.handles import digest
from idp.core.language import N_
from idp.factors.passkey import Passkeys
from idp.signin.arrival import Arrivals, Visit
from idp.signin.flow import Credential, Flow
from idp.signin.gate import ENROLS, SESSIONLESS, VOUCHES, is_declinable
from idp.signin.masking import masked
from idp.signin.needs import Enrol, Nothing, Step, Unmet, Vouched
from idp.signin.outcomes import Incomplete, LockedOut, NotRecognised, Pending, Proven, TooLong, TooManyTries
from idp.signin.passkey_words import PasskeyForm
from idp.signin.progress import Position
from idp.signin.words import NOT_RECOGNISED, PASSWORD_MISSING, TOO_LONG, USERNAME_MISSING, Problem, wait_first
from idp.subjects.subjects import Subject
from idp.web.forms import Form, read_form
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class SigninPages:
    """/signin and what every sign-in comes back to after each step."""

    flow: Flow
    arrivals: Arrivals
    pages: Pages
    clock: Clock

    def routes(self) -> tuple[Route, ...]:
        """The addresses of the first step."""
        page = Guard.POPUP_PAGE
        return (
            Route("/signin", "signin_nothing", self.nothing, guard=page),
            Route("/signin/<interaction_id>", "signin", self.show, guard=page),
            Route("/signin/<interaction_id>", "signin_answer", self.answer, methods=("POST",), guard=page),
        )

    def nothing(self) -> Response:
        """GET /signin: nobody asked for a sign-in."""
        return self.pages.problem("no_interaction")

    def show(self, interaction_id: str) -> Response:
        """GET: the page that fits what is asked and who is here; nothing to ask resumes at once."""
        visit = self.arrivals.visit(interaction_id)
        if not isinstance(visit, Visit):
            return visit
        interaction, session = visit.interaction, visit.browser.session
        another = "another" in request.args and interaction.purpose != VOUCHES
        position = None if another else self.flow.progress.position(interaction, visit.browser)
        if position is None and interaction.purpose in SESSIONLESS:
            return self.pages.problem("no_interaction", brand=interaction.brand)
        if position is None:
            return self._identify(visit, username=interaction.login_hint if session is None else "")
        chooses = interaction.purpose == "select" and not position.attempt.proofs
        if chooses and session is not None and not interaction.is_answered("account", session.id):
            return self._select(visit, position.subject, session.id)
        return self._next(visit, position)

    def answer(self, interaction_id: str) -> Response:
        """POST: a credential, or the choice of an account."""
        form = read_form(request)
        visit = self.arrivals.visit(interaction_id, form)
        if not isinstance(visit, Visit):
            return visit
        if visit.interaction.purpose in SESSIONLESS:
            return see_other(visit.here)  # nobody signs in here
        session = visit.browser.session
        if "another" in form:
            return see_other(visit.here, another="1")
        if "continue" in form:
            # Another tab may have signed in as somebody else since the page was shown: then it is asked again.
            if session is not None and form["account"] == digest(session.id):
                self.arrivals.interactions.keep(visit.interaction.answered(account=session.id))
            return see_other(visit.here)
        return self._prove(visit, form)

    def _next(self, visit: Visit, position: Position) -> Response:
        match position.need:
            case Nothing() if position.closing is not None:
                return see_other(f"{visit.here}/closing")
            case Nothing() if position.attempt.proofs:
                # What was asked for has become less while the person was at it: they begin again, which asks less.
                self.flow.progress.attempts.end(visit.interaction)
                return self._identify(visit)
            case Nothing() | Vouched():
                return see_other(self.arrivals.interactions.resume_url(visit.interaction))
            case Step(choices) if choices[0] == "password":
                return self._confirm(visit, position.subject)
            case Step(choices):
                return see_other(f"{visit.here}/{choices[0]}")
            case Enrol(choices):
                wanted = visit.interaction.answers.get(ENROLS)
                return see_other(f"{visit.here}/enrol/{wanted}" if wanted in choices else f"{visit.here}/enrol")
            case Unmet():
                return see_other(f"{visit.here}/unmet")
            case never:
                assert_never(never)

    def _prove(self, visit: Visit, form: Form) -> Response:
        credential = Credential(form["username"], form["password"])
        step = self.flow.prove_password(visit.interaction, credential, visit.browser)
        match step:
            case Proven():
                return self.arrivals.leave(step)
            case Pending():
                return see_other(visit.here)
            case NotRecognised():
                return self._again(visit, credential.username, NOT_RECOGNISED)
            case LockedOut():
                return self._locked(visit, step)
            case Incomplete("username"):
                return self._identify(visit, problem=USERNAME_MISSING)
            case Incomplete():
                return self._again(visit, credential.username, PASSWORD_MISSING)
            case TooLong():
                return self._again(visit, credential.username, TOO_LONG)
            case TooManyTries():
                return self._slow_down(visit, credential.username, step)
            case _:
                assert_never(step)

    def _identify(
        self,
        visit: Visit,
        *,
        username: str = "",
        problem: Problem | None = None,
        confirm: str | None = None,
        status: int = 422,
    ) -> Response:
        return self.pages.page(
            "signin/identify.html",
            brand=visit.interaction.brand,
            application=visit.interaction.application,
            status=status if problem else 200,
            form_action=visit.ends,
            action=visit.here,
            username=username,
            request=self.arrivals.interactions.seal(visit.interaction),
            problem=problem,
            shared_allowed=confirm is None,
            reauthenticating=confirm,
            passkey=self._passkey(visit, confirm),
            back=visit.here,
            declinable=confirm is not None and is_declinable(visit.interaction),
            recovery=_recovery(visit),
            activate=f"/activate?request={visit.interaction.id}" if confirm is None and self._activates(visit) else "",
        )

    def _activates(self, visit: Visit) -> bool:
        """Whether online access can begin on the way to where this sign-in leads."""
        brand = self.flow.progress.gate.brands.get(visit.interaction.brand)
        return brand is not None and brand.account_api is not None and visit.interaction.client_id is not None

    def _passkey(self, visit: Visit, confirm: str | None) -> PasskeyForm | None:
        """The button beside the password; None where no passkey helps."""
        action = f"{visit.here}/passkey"
        if confirm is None:
            accepted = Passkeys.kind in self.flow.progress.gate.policy(visit.interaction.brand).second_steps
            sign_in = PasskeyForm(action=action, label=N_("Sign in with a passkey"), anyone=True, autofill=True, quiet=True)
            return sign_in if accepted else None
        position = self.flow.progress.position(visit.interaction, visit.browser)
        asked = position is not None and isinstance(position.need, Step) and Passkeys.kind in position.need.choices
        return PasskeyForm(action=action, label=N_("Use your passkey"), quiet=True) if asked else None

    def _confirm(self, visit: Visit, subject: Subject) -> Response:
        return self._identify(visit, username=subject.username, confirm=masked(subject.username))

    def _again(self, visit: Visit, username: str, problem: Problem, status: int = 422) -> Response:
        """The page that was answered, with what was wrong: who was confirming goes on confirming."""
        position = self.flow.progress.position(visit.interaction, visit.browser)
        confirming = position is not None and position.subject.username == username
        confirm = masked(username) if confirming else None
        return self._identify(visit, username=username, problem=problem, confirm=confirm, status=status)

    def _select(self, visit: Visit, subject: Subject, session_id: str) -> Response:
        return self.pages.page(
            "signin/select_account.html",
            brand=visit.interaction.brand,
            application=visit.interaction.application,
            form_action=visit.ends,
            action=visit.here,
            account={"name": subject.name, "email": masked(subject.email), "at": digest(session_id)},
        )

    def _locked(self, visit: Visit, locked: LockedOut) -> Response:
        """The same for every name. How it ends, and whom to call, is said by the brand where the lock fell."""
        return self.pages.page(
            "signin/locked.html",
            brand=visit.interaction.brand,
            application=visit.interaction.application,
            status=422,
            form_action=visit.ends,
            action=visit.here,
            keeper=self.flow.progress.locking.brands.get(locked.brand),
            recovery=_recovery(visit),
            minutes=locked.until and ceil((locked.until - self.clock.now()) / timedelta(minutes=1)),
        )

    def _slow_down(self, visit: Visit, username: str, slowed: TooManyTries) -> Response:
        if slowed.here:
            response = self.pages.problem(
                "slow_down",
                brand=visit.interaction.brand,
                application=visit.interaction.application,
                status=429,
                action_url=visit.here,
            )
        else:
            response = self._again(visit, username, wait_first(slowed.retry_after), 429)
        response.headers["Retry-After"] = str(int(slowed.retry_after.total_seconds()))
        return response


def _recovery(visit: Visit) -> str:
    """The way for whoever cannot sign in; it leads back here."""
    return f"/recovery?request={visit.interaction.id}"
