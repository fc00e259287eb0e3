"""The two pages that ask before anything is shared: consent to a client, and the first visit to another brand."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import request
from werkzeug.wrappers import Response

from idp.brands.registry import Brands
from idp.core.database import Database
from idp.oidc.authorization.case import Case
from idp.oidc.authorization.decision import AskConsent
from idp.oidc.authorization.response import Answer
from idp.oidc.authorization.scopes import allowed_in_words, withheld_in_words
from idp.oidc.authorization.service import Authorization
from idp.oidc.authorization.shown import of_question
from idp.oidc.endpoints.logo import logo_url
from idp.sessions.cookie import SessionCookie
from idp.sessions.interaction import Interaction
from idp.sessions.session import Session, Sessions
from idp.subjects.subjects import Subjects
from idp.web.browser import BrowserCookie
from idp.web.formats import together
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, about which case. Worked out anew for each request: a form says only yes or no (S3.2)."""

    case: Case
    interaction: Interaction
    asks: AskConsent


@dataclass(frozen=True, slots=True)
class ConsentPages:
    """Everything under /consent."""

    authorization: Authorization
    sessions: Sessions
    subjects: Subjects
    brands: Brands
    database: Database
    cookie: SessionCookie
    browser: BrowserCookie
    pages: Pages

    def routes(self) -> tuple[Route, ...]:
        """The addresses of consent."""
        rule, guard = "/consent/<interaction_id>", Guard.POPUP_PAGE
        return (
            Route(rule, "consent", self.show, guard=guard),
            Route(rule, "consent_answer", self.answer, methods=("POST",), guard=guard),
        )

    def show(self, interaction_id: str) -> Response:
        """GET: the question. Where nothing is to be asked any more, the request goes on."""
        question = self._question(interaction_id)
        return _go_on(interaction_id) if question is None else self._ask(question)

    def answer(self, interaction_id: str) -> Response:
        """POST: `allow` of what was shown, or `deny`; anything else asks again."""
        form = read_form(request)
        question = self._question(interaction_id)
        if question is None:
            return _go_on(interaction_id)
        session_id = question.asks.session.id
        if "deny" in form:
            self.authorization.deny(question.case, question.asks)
            self.authorization.interactions.keep(question.interaction.answered(denied=session_id))
        elif "allow" in form:
            if form["shown"] != of_question(question.case, question.asks):
                return self._ask(question, changed=True)
            if not self.authorization.allow(question.case, question.asks):
                anew = self._question(interaction_id)
                return _go_on(interaction_id) if anew is None else self._ask(anew, changed=True)
            self.authorization.interactions.keep(question.interaction.answered(allowed=session_id))
        else:
            return self._ask(question)
        return _go_on(interaction_id)

    def _question(self, interaction_id: str) -> Question | None:
        interaction = self.authorization.interactions.find(interaction_id, self.browser.digest())
        if interaction is None:
            return None
        case = self.authorization.reopen(interaction)
        if isinstance(case, Answer):
            return None
        decision = self.authorization.weigh(case, self.sessions.find(self.cookie.read(request)))
        return Question(case, interaction, decision) if isinstance(decision, AskConsent) else None

    def _ask(self, question: Question, *, changed: bool = False) -> Response:
        case, session = question.case, question.asks.session
        client = case.client
        context: dict[str, Any] = {
            "action": f"/consent/{question.interaction.id}",
            "shown": of_question(case, question.asks),
            "changed": changed,
            "client": {
                "name": client.name,
                "logo_url": logo_url(client),
                "policy_uri": client.policy_uri,
                "tos_uri": client.tos_uri,
            },
            "scopes": allowed_in_words(case.asked.consent_scopes),
            "subject_name": self._name(session),
        }
        if question.asks.first_visit:
            template = "oidc/first_visit.html"
            context |= self._first_visit(case, session)
        else:
            template = "oidc/consent.html"
            context["withheld"] = withheld_in_words(case.asked.consent_scopes)
            context["third_party"], context["leads_to"] = not client.first_party, _host_of(case.matched.redirect_uri)
        ends = (case.matched.redirect_uri,)
        status = 409 if changed else 200
        return self.pages.page(
            template, brand=client.brand, status=status, application=client.name, form_action=ends, **context
        )

    def _first_visit(self, case: Case, session: Session) -> dict[str, object]:
        elsewhere = sorted(self.authorization.visited_elsewhere(case, session))
        brand = case.client.brand or ""
        with self.database.reading() as db:
            number = self.subjects.customer_number(db, session.subject_id, brand)
        names = [known.name for known in map(self.brands.get, elsewhere) if known is not None]
        return {"there": together(names), "no_agreement": number is None}

    def _name(self, session: Session) -> str:
        with self.database.reading() as db:
            subject = self.subjects.get(db, session.subject_id)
        return subject.name if subject is not None else ""


def _host_of(uri: str) -> str:
    """Where an answer leads; empty for an application on the customer's own device (RFC 8252 7)."""
    parts = urlsplit(uri)
    return parts.hostname or "" if parts.scheme == "https" else ""


def _go_on(interaction_id: str) -> Response:
    return see_other(f"/authorize/{interaction_id}")
