"""The room of the staff: who has which role, giving one, taking one."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.admin.console import Agent, Console
from idp.admin.pages.programs import left_behind
from idp.admin.programs import Programs
from idp.admin.rights import Post, Right, Role
from idp.admin.staff import Colleague, Given, Nobody, Oneself, Staff
from idp.admin.staff_routes import StaffRoute
from idp.web.forms import Form, read_form

LIST = "/console/staff"
GIVE = f"{LIST}/give"
TAKE = f"{LIST}/<subject_id>/take"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form was not accepted: `text` stands at `field`, and in the summary."""

    field: str
    text: str
    title: str = "Nothing was changed"


NOBODY = Refusal("name", "Nobody signs in by that name.")
NOT_ONESELF = Refusal("name", "Nobody gives or takes a role of their own. Ask another administrator.")
NO_ROLE = Refusal("role", "Choose a role.")
NO_BRAND = Refusal("brand", "Choose one of your brands.")
NO_POST = Refusal("post", "Choose the role to take.")
LAST = Refusal("post", "This is the last administrator. Make somebody else one first.")


@dataclass(frozen=True, slots=True)
class StaffPages:
    """Everything under /console/staff."""

    console: Console
    staff: Staff
    programs: Programs

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses."""
        see, change = Right.SEE_STAFF, Right.CHANGE_STAFF
        return (
            StaffRoute(LIST, "console_staff", self.show, see),
            StaffRoute(GIVE, "console_staff_give", self.give, change, keeps=True),
            StaffRoute(GIVE, "console_staff_given", self.given, change, methods=("POST",), back=GIVE, keeps=True),
            StaffRoute(TAKE, "console_staff_take", self.take, change, keeps=True),
            StaffRoute(
                TAKE, "console_staff_taken", self.taken, change, ("POST",), TAKE, keeps=True, buttons={"": "Take the role"}
            ),
        )

    def show(self, agent: Agent) -> Response:
        """GET: everybody with a role at a brand of the agent's."""
        seen = [one for one in self.staff.all() if any(agent.reaches(Right.SEE_STAFF, post.brand) for post in one.posts)]
        return self.console.page(
            "admin/staff.html",
            agent,
            staff=[(one, bool(_in_reach(agent, one))) for one in seen],
            left_behind=left_behind(self.console, self.programs, agent),
            give=GIVE if agent.may(Right.CHANGE_STAFF) else "",
        )

    def give(self, agent: Agent, problem: Refusal | None = None, typed: Form | None = None) -> Response:
        """GET: the form."""
        return self.console.page(
            "admin/staff_give.html",
            agent,
            status=422 if problem else 200,
            problem=problem,
            typed=typed or agent.typed or Form({}),
            roles=[role.value for role in Role],
            brands=self._brands(agent),
            back=LIST,
        )

    def given(self, agent: Agent) -> Response:
        """POST: gives the role, unless something is wrong with what was typed."""
        form = read_form(request)
        post = self._post(agent, form)
        if isinstance(post, Refusal):
            return self.give(agent, post, form)
        match self.staff.give(form["name"], post, agent.subject):
            case Given(who, new):
                said = f"{who.username} is {self._said(post)} {'from now on' if new else 'already'}."
                return self.console.done(agent, said, LIST)
            case Nobody():
                return self.give(agent, NOBODY, form)
            case Oneself():
                return self.give(agent, NOT_ONESELF, form)
            case other:
                assert_never(other)

    def take(self, agent: Agent, subject_id: str, problem: Refusal | None = None) -> Response:
        """GET: which roles can be taken."""
        colleague = self.staff.find(subject_id)
        posts = _in_reach(agent, colleague) if colleague is not None else ()
        if colleague is None or not posts:
            return self.console.missing()
        return self.console.page(
            "admin/staff_take.html",
            agent,
            status=422 if problem else 200,
            problem=problem,
            who=colleague.who,
            chosen=agent.typed["post"] if agent.typed is not None else "",
            posts=[(_key(post), self._said(post)) for post in posts],
            back=LIST,
        )

    def taken(self, agent: Agent, subject_id: str) -> Response:
        """POST: takes the role that was chosen."""
        colleague, chosen = self.staff.find(subject_id), read_form(request)["post"]
        posts = _in_reach(agent, colleague) if colleague is not None else ()
        post = next((one for one in posts if _key(one) == chosen), None)
        if colleague is None or post is None:
            return self.take(agent, subject_id, NO_POST)
        if not self.staff.take(colleague, post):
            return self.take(agent, subject_id, LAST)
        return self.console.done(agent, f"{colleague.who.username} is no longer {self._said(post)}.", LIST)

    def _post(self, agent: Agent, form: Form) -> Post | Refusal:
        if form["role"] not in [role.value for role in Role]:
            return NO_ROLE
        if form["brand"] not in [brand for brand, _ in self._brands(agent)]:
            return NO_BRAND
        return Post(Role(form["role"]), form["brand"] or None)

    def _said(self, post: Post) -> str:
        return f"{post.role.value} for {self.console.brand_name(post.brand) or 'all brands'}"

    def _brands(self, agent: Agent) -> list[tuple[str, str]]:
        over = agent.brands(Right.CHANGE_STAFF)
        known = [(brand.id, brand.name) for brand in self.console.brands.all() if over is None or brand.id in over]
        return [("", "All brands"), *known] if over is None else known


def _in_reach(agent: Agent, colleague: Colleague) -> tuple[Post, ...]:
    """The posts that the agent may take from a colleague, who is not themselves."""
    if colleague.who.id == agent.subject.id:
        return ()
    return tuple(post for post in colleague.posts if agent.reaches(Right.CHANGE_STAFF, post.brand))


def _key(post: Post) -> str:
    return f"{post.role.value}:{post.brand or ''}"
