"""GET and POST /authorize (RFC 6749 3.1, Core 3.1.2), and where a parked request is resumed."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.core.errors import Refused
from idp.oidc.authorization.case import Case
from idp.oidc.authorization.decision import Activate, AskConsent, Issue, Refuse, SignIn
from idp.oidc.authorization.parameters import read_parameters
from idp.oidc.authorization.request import AuthorizationRequest, read_request, unparked
from idp.oidc.authorization.response import Answer
from idp.oidc.authorization.service import Authorization
from idp.oidc.form import FORM
from idp.oidc.posted import Posted
from idp.sessions.context import Context
from idp.sessions.cookie import SessionCookie
from idp.sessions.interaction import Interaction
from idp.sessions.session import Session, Sessions
from idp.web.browser import BrowserCookie
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route


@dataclass(frozen=True, slots=True)
class Authorize:
    """The authorization endpoint. HEAD is answered with nothing, so that it can issue nothing."""

    authorization: Authorization
    sessions: Sessions
    cookie: SessionCookie
    browser: BrowserCookie
    pages: Pages
    posted: Posted

    def routes(self) -> tuple[Route, ...]:
        """The addresses of authorization."""
        guard = Guard.AUTHORIZE
        return (
            Route("/authorize", "authorize", self.begin, guard=guard),
            Route("/authorize", "authorize_by_post", self.receive, methods=("POST",), guard=guard),
            Route("/authorize/posted/<handle>", "authorize_posted", self.fetch, guard=guard),
            Route("/authorize/<interaction_id>", "authorize_resume", self.resume, guard=guard),
        )

    def begin(self) -> Response:
        """GET: a new request."""
        return Response() if request.method == "HEAD" else self._begin(read_request(read_parameters(request.query_string)))

    def receive(self) -> Response:
        """POST: the same request as a form. It may come from another site, without our cookies: kept, then fetched by GET."""
        if request.mimetype != FORM:
            raise Refused("bad_request", because="the body is not a form")
        asked = read_request(read_parameters(request.get_data()))
        case = self.authorization.open(asked)
        if isinstance(case, Answer):
            return self._deliver(case)
        return see_other(f"/authorize/posted/{self.posted.keep(asked.parked())}")

    def fetch(self, handle: str) -> Response:
        """GET: a request that was posted, now with the cookies of this browser."""
        if request.method == "HEAD":
            return Response()
        kept = self.posted.find(handle)
        return self._begin(unparked(kept)) if kept is not None else self.pages.problem("no_interaction")

    def resume(self, interaction_id: str) -> Response:
        """GET: a parked request whose subject has answered."""
        if request.method == "HEAD":
            return Response()
        interaction = self.authorization.interactions.find(interaction_id, self.browser.digest())
        if interaction is None:
            return _closed(interaction_id)
        case = self.authorization.reopen(interaction)
        return self._close(interaction, case) if isinstance(case, Answer) else self._proceed(case)

    def _begin(self, asked: AuthorizationRequest) -> Response:
        case = self.authorization.open(asked)
        return self._deliver(case) if isinstance(case, Answer) else self._proceed(case)

    def _proceed(self, case: Case) -> Response:
        session = self.sessions.find(self.cookie.read(request))
        decision = self.authorization.weigh(case, session)
        match decision:
            case Issue(session, context):
                return self._issue(case, session, context)
            case Refuse(error):
                return self._close(case.interaction, self.authorization.refuse(case.matched, error))
            case SignIn():
                return self._settled(see_other(f"/signin/{self._parked(case)}"), session)
            case Activate():
                return see_other(f"/activate/{self._parked(case)}")
            case AskConsent():
                return see_other(f"/consent/{self._parked(case)}")
            case _:
                assert_never(decision)

    def _parked(self, case: Case) -> str:
        return self.authorization.park(case, self.browser.digest()).id

    def _issue(self, case: Case, session: Session, context: Context) -> Response:
        # The interaction is taken before the work: of two tabs one gets a code, and a crash costs a retry (S3.1).
        if case.interaction is not None and not self._end(case.interaction):
            return _closed(case.interaction.id)
        answer = self.authorization.issue(case, session, context)
        # The session ended between the look and the issue: begin again, as the stranger this browser now is.
        if answer is None:
            return self._begin(case.matched.request)
        return self._settled(self._deliver(answer), session)

    def _settled(self, response: Response, session: Session | None) -> Response:
        self.cookie.settle(request, response, session)
        return response

    def _close(self, interaction: Interaction | None, answer: Answer) -> Response:
        if interaction is not None and not self._end(interaction):
            return _closed(interaction.id)
        return self._deliver(answer)

    def _end(self, interaction: Interaction) -> bool:
        return self.authorization.interactions.end(interaction.id, interaction.browser) is not None

    def _deliver(self, answer: Answer) -> Response:
        if answer.mode != "form_post":
            return see_other(answer.url)
        return self.pages.page(
            "oidc/form_post.html",
            brand=answer.brand,
            application=answer.application,
            form_action=(answer.redirect_uri,),
            action=answer.redirect_uri,
            parameters=answer.parameters,
        )


def _closed(interaction_id: str) -> Response:
    # The sign-in page tells an interaction that was finished from one that is gone, and shows the way on.
    return see_other(f"/signin/{interaction_id}")
