"""The door to the console: every route names the right it asks for, and whoever lacks the proof goes through the gate."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from idp.admin.rights import Post, Right, allows, brands_of, reaches
from idp.admin.roles import Roles
from idp.admin.rooms import ROOMS
from idp.admin.staff_routes import StaffRoute
from idp.admin.unsent import Kept, Unsent
from idp.brands.registry import Brands
from idp.core.clock import Clock
from idp.core.database import Database
from idp.core.kv import KV
from idp.core.language import speaking
from idp.core.origin import call_from, current_origin
from idp.sessions.context import Requirement
from idp.sessions.cookie import SessionCookie
from idp.sessions.interaction import Interaction, Interactions
from idp.sessions.session import Session, Sessions
from idp.sessions.whose import whose
from idp.signin.gate import DECLINED, Gate, presented
from idp.signin.needs import Nothing
from idp.subjects.subjects import Subject, Subjects
from idp.web.browser import BrowserCookie
from idp.web.forms import Form, read_form
from idp.web.redirects import see_other
from idp.web.render import Pages
from idp.web.routes import Guard, Route

KIND, RESUME, HOME, NAME = "console", "/console/resume", "/console", "Console"
LEVEL = "mfa"
# What staff change takes a proof this recent (S1, re-authentication).
TO_CHANGE = timedelta(minutes=15)
SAID_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody of the staff at a page of the console."""

    session: Session
    subject: Subject
    posts: frozenset[Post]
    # What they typed here before they had to prove themselves anew; only at the page of a form that is kept.
    typed: Form | None = None
    # What stood on the button they had pressed then. Nothing was done: they press it again, if they still want it.
    pressed: str = ""

    def may(self, right: Right) -> bool:
        """Whether a right is theirs at any brand."""
        return allows(self.posts, right)

    def reaches(self, right: Right, brand: str | None) -> bool:
        """Whether a right is theirs over something of `brand`; of no brand: only where they have it for all."""
        return reaches(self.posts, right, brand)

    def brands(self, right: Right) -> frozenset[str] | None:
        """The brands over which a right is theirs; None stands for all, and for what is no brand's."""
        return brands_of(self.posts, right)


@dataclass(frozen=True, slots=True)
class Console:
    """Collaborators of every page of the console."""

    issuer: str
    database: Database
    kv: KV
    clock: Clock
    brands: Brands
    subjects: Subjects
    sessions: Sessions
    interactions: Interactions
    gate: Gate
    roles: Roles
    cookie: SessionCookie
    browser: BrowserCookie
    pages: Pages
    unsent: Unsent
    guarded: list[StaffRoute] = field(default_factory=list)

    def guard(self, routes: Iterable[StaffRoute]) -> Iterator[Route]:
        """The routes, each behind its right."""
        for route in routes:
            self.guarded.append(route)
            yield Route(route.rule, route.endpoint, self._behind(route), methods=route.methods, guard=Guard.PAGE)

    def routes(self) -> tuple[Route, ...]:
        """Where the gate sends staff back to."""
        return (Route(f"{RESUME}/<interaction_id>", "console_resume", self.resume, guard=Guard.PAGE),)

    def page(self, template: str, agent: Agent, *, status: int = 200, **context: Any) -> Response:
        """`template` with the rooms that are open to the agent, and what was just done, which is said once."""
        said = self.kv.take(_said(agent.session))
        here = [room for room in ROOMS if request.path == room.path or request.path.startswith(f"{room.path}/")]
        # Staff's words are those of the specifications and of the trail: the console speaks English alone (ADR 18).
        with speaking("en"):
            return self.pages.page(
                template,
                brand=None,
                status=status,
                agent=agent,
                rooms=[room for room in ROOMS if agent.may(room.right)],
                room=here[-1] if here else None,
                said=said.decode() if said else "",
                brand_name=self.brand_name,
                **context,
            )

    def brand_name(self, brand_id: str | None) -> str:
        """What people call a brand; its id where no such brand is known any more, nothing for what is no brand's."""
        brand = self.brands.get(brand_id)
        return brand.name if brand is not None else brand_id or ""

    def done(self, agent: Agent, said: str, path: str) -> Response:
        """On to `path`, where a line tells what was done."""
        self.kv.set(_said(agent.session), said.encode(), SAID_FOR)
        return see_other(path)

    def missing(self) -> Response:
        """For what is not there, or is another brand's."""
        return self.pages.problem("not_found", status=404)

    def resume(self, interaction_id: str) -> Response:
        """GET: back from the gate to where they were going; "not now" leads to the front page of the console."""
        interaction = self.interactions.find(interaction_id, self.browser.digest())
        if interaction is None or interaction.kind != KIND:
            return see_other(f"/signin/{interaction_id}")
        if DECLINED not in interaction.answers and not self._is_met(interaction):
            return see_other(f"/signin/{interaction_id}")
        if self.interactions.end(interaction.id, interaction.browser) is None:
            return see_other(f"/signin/{interaction_id}")
        return see_other("/" if DECLINED in interaction.answers else str(interaction.request["path"]))

    def revive(self, parked: dict[str, object], browser: str) -> Interaction | None:
        """Parks the way to the console anew, for a sign-in page that stood open for long."""
        return self._park(str(parked["path"]), Requirement((LEVEL,)), browser)

    def _behind(self, route: StaffRoute) -> Callable[..., Response]:
        def view(**address: str) -> Response:
            agent = self._enter(route, address)
            return agent if isinstance(agent, Response) else route.view(agent, **address)

        return view

    def _enter(self, route: StaffRoute, address: Mapping[str, str]) -> Agent | Response:
        path = request.full_path.rstrip("?") if "GET" in route.methods else route.back_to(address, request.form)
        asked = Requirement((LEVEL,), TO_CHANGE if route.right.changes else None)
        session, now = self.sessions.find(self.cookie.read(request)), self.clock.now()
        if session is None:
            self._keep(route, address, path)
            # Staff prove both factors at every sign-in; nobody else is led to a second one for a page they may not see.
            return self._prove(path, Requirement())
        with self.database.transaction() as db:
            subject = self.subjects.get(db, session.subject_id)
            if subject is None or subject.disabled:
                return self._prove(path, asked)
            posts = self.roles.of(db, subject.id)
            need = self.gate.need(db, subject, None, asked, presented(session, None), now)
            if isinstance(need, Nothing):
                self.sessions.touch(db, session, now)
        # Whoever is no staff learns nothing of what there is, and is not asked to prove anything for it.
        if not posts:
            return self.missing()
        if not isinstance(need, Nothing):
            self._keep(route, address, path)
            return self._prove(path, asked)
        given_back = route.keeps and request.method == "GET"
        kept = self.unsent.take(subject.id, self.browser.digest(), request.path) if given_back else None
        agent = Agent(session, subject, posts, kept.typed, kept.pressed) if kept else Agent(session, subject, posts)
        call_from(replace(current_origin(), actor=f"staff:{subject.id}"))
        return agent if agent.may(route.right) else self._refused()

    def _keep(self, route: StaffRoute, address: Mapping[str, str], path: str) -> None:
        if request.method != "POST" or not (route.keeps or route.buttons):
            return
        with self.database.reading() as db:
            theirs = whose(db, self.cookie.read(request))
            may = theirs is not None and allows(self.roles.of(db, theirs), route.right)
        if theirs is not None and may:
            form = read_form(request)
            kept = Kept(form if route.keeps else None, route.pressed(address, form))
            self.unsent.keep(theirs, self.browser.digest(), path.partition("?")[0], kept)

    def _refused(self) -> Response:
        return self.pages.problem("not_your_role", status=403, action_url=HOME, action_label=NAME)

    def _is_met(self, interaction: Interaction) -> bool:
        session = self.sessions.find(self.cookie.read(request))
        if session is None:
            return False
        with self.database.reading() as db:
            subject = self.subjects.get(db, session.subject_id)
            if subject is None or subject.disabled:
                return False
            brings = presented(session, interaction)
            need = self.gate.need(db, subject, None, interaction.requirement, brings, self.clock.now())
        return isinstance(need, Nothing)

    def _prove(self, path: str, asked: Requirement) -> Response:
        return see_other(f"/signin/{self._park(path, asked, self.browser.digest()).id}")

    def _park(self, path: str, asked: Requirement, browser: str) -> Interaction:
        return self.interactions.park(
            kind=KIND,
            browser=browser,
            client_id=None,
            brand=None,
            application=NAME,
            requirement=asked,
            request={"path": path},
        )


def _said(session: Session) -> str:
    return f"console-said:{session.id}"
