"""The sign-in pages: identify, confirm, choose an account. They decide nothing; the flow and the gate do."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import assert_never
from urllib.parse import urlsplit

from flask import request
from werkzeug.wrappers import Response

from idp.clients.registry import Clients
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.errors import Refused
from idp.core.origin import current_origin
from idp.sessions.cookie import SessionCookie
from idp.sessions.device_cookie import DeviceCookie
from idp.sessions.interaction import Interaction, Interactions
from idp.sessions.session import Session, Sessions
from idp.signin import gate
from idp.signin.flow import Browser, Credential, Flow, Incomplete, LockedOut, NotRecognised, Proven, TooLong, TooManyTries
from idp.signin.masking import masked
from idp.signin.words import NOT_RECOGNISED, PASSWORD_MISSING, TOO_LONG, USERNAME_MISSING, Problem
from idp.subjects.subjects import Subject, Subjects
from idp.web.browser import BrowserCookie
from idp.web.forms import Form, read_form
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class SigninPages:
    """Everything under /signin."""

    flow: Flow
    interactions: Interactions
    sessions: Sessions
    cookie: SessionCookie
    device: DeviceCookie
    browser: BrowserCookie
    pages: Pages
    subjects: Subjects
    clients: Clients
    database: Database
    clock: Clock

    def routes(self) -> tuple[Route, ...]:
        """The addresses of sign-in."""
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
        interaction = self.interactions.find(interaction_id, self.browser.digest())
        if interaction is None:
            return self._closed(interaction_id)
        session = self._session()
        if session is None or "another" in request.args:
            return self._identify(interaction, username=interaction.login_hint if session is None else "")
        if interaction.purpose == "select" and not interaction.is_answered("account", session.id):
            return self._select(interaction, session)
        renewed = interaction.is_answered("proof", session.id)
        if gate.meets(session.context, interaction.requirement, self.clock.now(), renewed=renewed):
            return see_other(self.interactions.resume_url(interaction))
        return self._confirm(interaction, session)

    def answer(self, interaction_id: str) -> Response:
        """POST: a credential, or the choice of an account."""
        form = read_form(request)
        digest = self.browser.digest()
        interaction = self.interactions.find(interaction_id, digest)
        if interaction is None:
            if self.interactions.finished(interaction_id, digest):
                return self._closed(interaction_id)
            # The page stood open longer than the request was parked: its sealed copy goes on with what was typed.
            interaction = self.interactions.revive(form["request"], digest)
        if interaction is None:
            return self._closed(interaction_id)
        session = self._session()
        if "another" in form:
            return see_other(_here(interaction), another="1")
        if "continue" in form and session is not None:
            self.interactions.keep(interaction.answered(account=session.id))
            return see_other(_here(interaction))
        return self._prove(interaction, form, session)

    def _prove(self, interaction: Interaction, form: Form, session: Session | None) -> Response:
        credential = Credential(form["username"], form["password"])
        browser = Browser(self.browser.digest(), session, current_origin().address, "shared" in form, self.device.read(request))
        step = self.flow.prove_password(interaction, credential, browser)
        match step:
            case Proven(started, resume, device):
                response = see_other(resume)
                self.cookie.write(response, started.handle)
                if device:
                    self.device.write(response, device)
                return response
            case NotRecognised():
                return self._again(interaction, session, credential.username, NOT_RECOGNISED)
            case LockedOut():
                return self._locked(interaction, step)
            case Incomplete("username"):
                return self._identify(interaction, problem=USERNAME_MISSING)
            case Incomplete():
                return self._again(interaction, session, credential.username, PASSWORD_MISSING)
            case TooLong():
                return self._again(interaction, session, credential.username, TOO_LONG)
            case TooManyTries(retry_after):
                return self._slow_down(interaction, retry_after)
            case _:
                assert_never(step)

    def _identify(
        self,
        interaction: Interaction,
        *,
        username: str = "",
        problem: Problem | None = None,
        confirm: str | None = None,
    ) -> Response:
        return self.pages.page(
            "signin/identify.html",
            brand=interaction.brand,
            application=interaction.application,
            status=422 if problem else 200,
            form_action=_ends(interaction),
            action=_here(interaction),
            username=username,
            request=self.interactions.seal(interaction),
            problem=problem,
            notice=None,
            shared_allowed=confirm is None,
            cant_url=None,
            reauthenticating=confirm,
        )

    def _confirm(self, interaction: Interaction, session: Session) -> Response:
        subject = self._subject(session)
        return self._identify(interaction, username=subject.username, confirm=masked(subject.username))

    def _again(self, interaction: Interaction, session: Session | None, username: str, problem: Problem) -> Response:
        """The page that was answered, with what was wrong: who was confirming goes on confirming."""
        confirming = session is not None and self._subject(session).username == username
        return self._identify(interaction, username=username, problem=problem, confirm=masked(username) if confirming else None)

    def _select(self, interaction: Interaction, session: Session) -> Response:
        subject = self._subject(session)
        return self.pages.page(
            "signin/select_account.html",
            brand=interaction.brand,
            application=interaction.application,
            form_action=_ends(interaction),
            action=_here(interaction),
            account={"name": subject.name, "email": masked(subject.email)},
        )

    def _locked(self, interaction: Interaction, locked: LockedOut) -> Response:
        """The same for every name. How it ends, and whom to call, is said by the brand where the lock fell."""
        return self.pages.page(
            "signin/locked.html",
            brand=interaction.brand,
            application=interaction.application,
            status=422,
            form_action=_ends(interaction),
            action=_here(interaction),
            keeper=self.flow.locking.brands.get(locked.brand),
            minutes=locked.until and ceil((locked.until - self.clock.now()) / timedelta(minutes=1)),
        )

    def _slow_down(self, interaction: Interaction, retry_after: timedelta) -> Response:
        response = self.pages.problem(
            "slow_down",
            brand=interaction.brand,
            application=interaction.application,
            status=429,
            action_url=_here(interaction),
        )
        response.headers["Retry-After"] = str(int(retry_after.total_seconds()))
        return response

    def _closed(self, interaction_id: str) -> Response:
        """A finished interaction says so calmly; of one that is gone nothing is known."""
        over = self.interactions.finished(interaction_id, self.browser.digest())
        if over is None:
            return self.pages.problem("no_interaction")
        return self.pages.problem(
            "finished",
            brand=over.brand,
            application=over.application,
            status=200,
            action_url=self._home(over),
            action_label=f"Back to {over.application}" if over.application else None,
        )

    def _home(self, interaction: Interaction) -> str | None:
        client = self.clients.find(interaction.client_id) if interaction.client_id else None
        if client is not None and client.client_uri:
            return client.client_uri
        parts = urlsplit(interaction.returns_to)
        return f"{parts.scheme}://{parts.netloc}/" if parts.scheme in ("http", "https") else None

    def _session(self) -> Session | None:
        return self.sessions.find(self.cookie.read(request))

    def _subject(self, session: Session) -> Subject:
        with self.database.reading() as db:
            subject = self.subjects.get(db, session.subject_id)
        if subject is None:
            raise Refused("not_signed_in", because="the session's subject is gone")
        return subject


def _here(interaction: Interaction) -> str:
    return f"/signin/{interaction.id}"


def _ends(interaction: Interaction) -> tuple[str, ...]:
    return (interaction.returns_to,) if interaction.returns_to else ()
