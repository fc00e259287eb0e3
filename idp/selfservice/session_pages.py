"""The pages of one's running sessions: where one is signed in, ending one, ending all others."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.clients.registry import Clients
from idp.core.devices import in_words
from idp.core.language import _, ngettext
from idp.core.places import Places
from idp.selfservice.leaving import Leaving
from idp.selfservice.moments import moment
from idp.selfservice.own import ACCOUNT, Own, Owner, is_thing
from idp.sessions.listing import Running, running
from idp.web import formats
from idp.web.forms import read_form
from idp.web.routes import Guard, Route

LIST = f"{ACCOUNT}/sessions"
OTHERS = f"{LIST}/others"
BY_OWNER = "owner"


@dataclass(frozen=True, slots=True)
class SessionPages:
    """Everything under /account/sessions."""

    own: Own
    clients: Clients
    places: Places
    leaving: Leaving

    def routes(self) -> tuple[Route, ...]:
        """Their addresses."""
        page, post = Guard.PAGE, ("POST",)
        return (
            Route(LIST, "own_sessions", self.show, guard=page),
            Route(OTHERS, "own_sessions_others", self.others, guard=page),
            Route(OTHERS, "own_sessions_end_others", self.end_others, methods=post, guard=page),
            Route(f"{LIST}/<session_id>", "own_session", self.one, guard=page),
            Route(f"{LIST}/<session_id>", "own_session_end", self.end, methods=post, guard=page),
        )

    def show(self) -> Response:
        """GET: where one is signed in, this browser first."""
        owner = self.own.enter(LIST)
        if not isinstance(owner, Owner):
            return owner
        shown = [self._shown(owner, one) for one in self._all(owner)]
        shown.sort(key=lambda one: not one["here"])
        others = OTHERS if len(shown) > 1 else ""
        return self.own.page("selfservice/sessions.html", owner, sessions=shown, others=others, back=ACCOUNT)

    def one(self, session_id: str) -> Response:
        """GET: what ending this session means."""
        found = self._found(session_id)
        if isinstance(found, Response):
            return found
        owner, session = found
        return self.own.page("selfservice/session.html", owner, session=self._shown(owner, session), back=LIST)

    def end(self, session_id: str) -> Response:
        """POST: ends it. The applications it has been at are told."""
        found, form = self._found(session_id), read_form(request)
        if isinstance(found, Response):
            return found
        owner, session = found
        if "end" not in form:
            return self.one(session_id)
        with self.own.changing(owner) as db:
            self.own.sessions.end(db, session.id, BY_OWNER, self.own.clock.now())
        if session.id == owner.session.id:
            return self.leaving.page("selfservice/signed_out.html", owner, again=ACCOUNT)
        device = in_words(session.device or "")
        return self.own.done(owner, _("%(device)s is signed out.", device=device), LIST)

    def others(self) -> Response:
        """GET: what ending all other sessions means."""
        owner = self.own.enter(OTHERS, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        shown = [self._shown(owner, one) for one in self._all(owner) if one.id != owner.session.id]
        return self.own.page("selfservice/sessions_others.html", owner, sessions=shown, action=OTHERS, back=LIST)

    def end_others(self) -> Response:
        """POST: ends all sessions but this one."""
        owner = self.own.enter(OTHERS, to_change=True)
        if not isinstance(owner, Owner):
            return owner
        with self.own.changing(owner) as db:
            now = self.own.clock.now()
            ended = self.own.sessions.end_all(db, owner.subject.id, BY_OWNER, now, keep=owner.session.id)
        said = ngettext("%(num)d other browser is signed out.", "%(num)d other browsers are signed out.", ended)
        return self.own.done(owner, said if ended else _("You were signed in nowhere else."), LIST)

    def _all(self, owner: Owner) -> tuple[Running, ...]:
        with self.own.database.reading() as db:
            return running(db, owner.subject.id, self.own.clock.now())

    def _found(self, session_id: str) -> tuple[Owner, Running] | Response:
        if not is_thing(session_id):
            return self.own.missing()
        owner = self.own.enter(f"{LIST}/{session_id}", to_change=True)
        if not isinstance(owner, Owner):
            return owner
        session = next((one for one in self._all(owner) if one.id == session_id), None)
        return (owner, session) if session is not None else self.own.missing(owner.brand)

    def _shown(self, owner: Owner, session: Running) -> dict[str, object]:
        now, zone = self.own.clock.now(), self.own.zone(owner)
        brand = self.own.gate.brands.get(session.brand)
        visited = [client.name for client in map(self.clients.find, session.clients) if client is not None]
        return {
            "device": in_words(session.device or ""),
            "link": f"{LIST}/{session.id}",
            "here": session.id == owner.session.id,
            "shared": session.shared,
            "begun": moment(session.created_at, now, zone),
            "seen": moment(session.last_seen_at, now, zone),
            "address": session.address or "",
            "place": self.places.of(session.address),
            "visited": formats.together(visited) or (brand.name if brand is not None else ""),
        }
