"""GET and POST /logout (RP-Initiated Logout 1.0 section 2), the question before it, and the page after it."""

from dataclasses import dataclass, replace
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.clients.client import Client
from idp.clients.registry import Clients
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.errors import Refused
from idp.core.language import _
from idp.oidc.authorization.hint import Hint, read_hint
from idp.oidc.authorization.parameters import read_parameters
from idp.oidc.end_session import Ask, End, LogoutRequest, Mistaken, read_logout_request, rule
from idp.oidc.form import FORM
from idp.oidc.logout_frames import LogoutFrames
from idp.oidc.posted import Posted
from idp.oidc.refusals.facts import of_logout
from idp.oidc.refusals.noting import Refusals
from idp.oidc.tokens.keys import Keys
from idp.sessions.cookie import SessionCookie
from idp.sessions.session import Session, Sessions
from idp.sessions.visits import clients_visited
from idp.subjects.pairwise import Pairwise
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route

ASKED_AGAIN = ("client_id", "post_logout_redirect_uri")


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended: the names of the applications that will hear of it, and the pages by which some of them do."""

    applications: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EndSession:
    """Signing out at the provider, which signs out everywhere."""

    issuer: str
    clients: Clients
    sessions: Sessions
    keys: Keys
    pairwise: Pairwise
    database: Database
    clock: Clock
    cookie: SessionCookie
    pages: Pages
    posted: Posted
    refusals: Refusals
    frames: LogoutFrames

    def routes(self) -> tuple[Route, ...]:
        """The addresses of signing out."""
        protocol, page = Guard.AUTHORIZE, Guard.POPUP_PAGE
        return (
            Route("/logout", "end_session", self.begin, guard=protocol),
            Route("/logout", "end_session_by_post", self.receive, methods=("POST",), guard=protocol),
            Route("/logout/posted/<handle>", "end_session_posted", self.fetch, guard=protocol),
            Route("/logout/confirm", "end_session_confirm", self.confirm, methods=("POST",), guard=page),
            Route("/signed-out", "signed_out", self.after, guard=page),
        )

    def begin(self) -> Response:
        """GET: a client's request, or somebody who simply wants to sign out."""
        return Response() if request.method == "HEAD" else self._begin(_read(request.query_string))

    def receive(self) -> Response:
        """POST: the same as a form; from another site it comes without our cookies, so it is fetched again by GET."""
        if request.mimetype != FORM:
            raise Refused("bad_request", because="the body is not a form")
        asked = _read(request.get_data())
        if asked.id_token_hint and self._hint(asked) is None:
            asked = replace(asked, id_token_hint=None)  # it says nothing, so it is not worth keeping
        return see_other(f"/logout/posted/{self.posted.keep(asked.parked())}")

    def fetch(self, handle: str) -> Response:
        """GET: a request that was posted."""
        if request.method == "HEAD":
            return Response()
        return self._begin(LogoutRequest(**(self.posted.find(handle) or {})))

    def confirm(self) -> Response:
        """POST from our own page: `logout` ends the session, anything else leaves it."""
        form = read_form(request)
        client = self._client(form["client_id"])
        home = client.client_uri if client is not None else None
        if "logout" in form:
            uri = form["post_logout_redirect_uri"]
            registered = client is not None and uri in client.post_logout_redirect_uris
            return self._signed_out(client, self._end(self._session()), uri if registered else home)
        brand, name = (client.brand, client.name) if client is not None else (None, None)
        return self.pages.problem("still_signed_in", brand=brand, application=name, status=200, action_url=home)

    def after(self) -> Response:
        """GET: a place to come back to. It ends nothing, so with a live session it asks."""
        return see_other("/logout") if self._session() is not None else self._signed_out(None, Ended(), None)

    def _begin(self, asked: LogoutRequest) -> Response:
        hint = self._hint(asked)
        client = self._client(hint.client_id) if hint is not None else None
        session = self._session()
        ruling = rule(asked, hint, client, self._sub(client, session))
        match ruling:
            case End(url):
                return self._finish(client, session, url)
            case Mistaken(mistaken):
                brand, name = mistaken.brand, mistaken.name
                error = Refused("bad_logout_return", because="post_logout_redirect_uri is not registered")
                self.refusals.note(request.path, error.about(of_logout(asked, mistaken.id)))
                return self.pages.problem("bad_logout_return", brand=brand, application=name, action_url="/logout")
            case Ask():
                return self._ask(asked, hint, session)
            case _:
                assert_never(ruling)

    def _finish(self, client: Client | None, session: Session | None, url: str | None) -> Response:
        ended = self._end(session)
        if url is None:
            return self._signed_out(client, ended, None)
        response = self._signing_out(client, ended, url) if ended.frames else see_other(url)
        self.cookie.clear(response)
        return response

    def _signing_out(self, client: Client | None, ended: Ended, url: str) -> Response:
        return self.pages.page(
            "oidc/signing_out.html",
            brand=client.brand if client is not None else None,
            application=client.name if client is not None else None,
            frames=ended.frames,
            onward=url,
        )

    def _ask(self, asked: LogoutRequest, hint: Hint | None, session: Session | None) -> Response:
        client_id = asked.client_id or (hint.client_id if hint is not None else None)
        client = self._client(client_id) if client_id is not None else None
        if session is None:
            return self._signed_out(client, Ended(), None)
        hidden = [(name, value) for name in ASKED_AGAIN if client is not None and (value := getattr(asked, name))]
        return self.pages.page(
            "oidc/logout_confirm.html",
            brand=client.brand if client is not None else session.brand,
            application=client.name if client is not None else None,
            action="/logout/confirm",
            hidden=hidden,
        )

    def _end(self, session: Session | None) -> Ended:
        if session is None:
            return Ended()
        with self.database.transaction() as db:
            visited = clients_visited(db, session.id)
            self.sessions.end(db, session.id, "logout", self.clock.now())
        names = tuple(client.name for client in map(self.clients.find, visited) if client is not None)
        return Ended(names, self.frames.of(session.id))

    def _signed_out(self, client: Client | None, ended: Ended, return_url: str | None) -> Response:
        response = self.pages.page(
            "oidc/signed_out.html",
            brand=client.brand if client is not None else None,
            application=client.name if client is not None else None,
            applications=ended.applications,
            frames=ended.frames,
            return_url=return_url,
            return_label=_("Back to %(application)s", application=client.name) if client is not None else None,
        )
        self.cookie.clear(response)
        return response

    def _hint(self, asked: LogoutRequest) -> Hint | None:
        return read_hint(asked.id_token_hint, self.issuer, self.keys) if asked.id_token_hint else None

    def _client(self, client_id: str) -> Client | None:
        # One that was switched off may be in wrong hands: nobody is sent there any more.
        client = self.clients.find(client_id)
        return client if client is not None and not client.disabled else None

    def _session(self) -> Session | None:
        return self.sessions.find(self.cookie.read(request))

    def _sub(self, client: Client | None, session: Session | None) -> str | None:
        if client is None or session is None:
            return None
        return self.pairwise.sub(session.subject_id, client.sector, client.subject_type)


def _read(raw: bytes) -> LogoutRequest:
    return read_logout_request(read_parameters(raw))
