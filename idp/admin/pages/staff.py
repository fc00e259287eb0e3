"""The room of the staff: who has which role, giving one, taking one."""

from dataclasses import dataclass

from flask import request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from idp.admin.console import Agent, Console, StaffRoute
from idp.admin.rights import Post, Right, Role
from idp.admin.roles import LastAdministrator
from idp.subjects.subjects import Subject
from idp.web.forms import Form, read_form

LIST = "/console/staff"
GIVE = f"{LIST}/give"
TAKE = f"{LIST}/<subject_id>/take"
LAST = "This is the last administrator. Make somebody else one first."
NOT_ONESELF = "Nobody gives or takes a role of their own. Ask another administrator."


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form was not accepted: `text` stands at `field`, and in the summary."""

    field: str
    text: str
    title: str = "Nothing was changed"


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with posts; `change`: the one who looks may take them."""

    who: Subject
    posts: tuple[Post, ...]
    change: bool


@dataclass(frozen=True, slots=True)
class StaffPages:
    """Everything under /console/staff."""

    console: Console

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses."""
        see, change = Right.SEE_STAFF, Right.CHANGE_STAFF
        return (
            StaffRoute(LIST, "console_staff", self.show, see),
            StaffRoute(GIVE, "console_staff_give", self.give, change),
            StaffRoute(GIVE, "console_staff_given", self.given, change, methods=("POST",), back=GIVE),
            StaffRoute(TAKE, "console_staff_take", self.take, change),
            StaffRoute(TAKE, "console_staff_taken", self.taken, change, methods=("POST",), back=TAKE),
        )

    def show(self, agent: Agent) -> Response:
        """GET: everybody with a role at a brand of the agent's, by name."""
        with self.console.database.reading() as db:
            staff = [
                Colleague(subject, tuple(sorted(posts, key=_in_order)), self._may_change(agent, subject))
                for subject_id, posts in self.console.roles.all(db).items()
                if (subject := self.console.subjects.get(db, subject_id)) is not None
                and any(agent.reaches(Right.SEE_STAFF, post.brand) for post in posts)
            ]
        staff.sort(key=lambda one: one.who.username)
        return self.console.page("admin/staff.html", agent, staff=staff, give=GIVE if agent.may(Right.CHANGE_STAFF) else "")

    def give(self, agent: Agent, problem: Refusal | None = None, typed: Form | None = None) -> Response:
        """GET: the form."""
        return self.console.page(
            "admin/staff_give.html",
            agent,
            status=422 if problem else 200,
            problem=problem,
            typed=typed or Form({}),
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
        with self.console.database.transaction() as db:
            found = self.console.subjects.find(db, form["name"])
            refusal = self._why_not(agent, found)
            if refusal is None and found is not None:
                given = self.console.roles.grant(db, found.id, post, self.console.clock.now())
        if refusal is not None or found is None:
            return self.give(agent, refusal, form)
        said = f"{found.username} is {said_of(post)} {'from now on' if given else 'already'}."
        return self.console.done(agent, said, LIST)

    def take(self, agent: Agent, subject_id: str, problem: Refusal | None = None) -> Response:
        """GET: what would be taken."""
        with self.console.database.reading() as db:
            found = self._colleague(db, agent, subject_id)
        if found is None:
            return self.console.missing()
        subject, posts = found
        return self.console.page(
            "admin/staff_take.html",
            agent,
            status=422 if problem else 200,
            problem=problem,
            who=subject,
            posts=[(_key(post), said_of(post)) for post in posts],
            back=LIST,
        )

    def taken(self, agent: Agent, subject_id: str) -> Response:
        """POST: takes the role that was chosen, if they have it and another may take it."""
        chosen = read_form(request)["post"]
        try:
            with self.console.database.transaction() as db:
                found = self._colleague(db, agent, subject_id)
                post = next((one for one in found[1] if _key(one) == chosen), None) if found is not None else None
                if found is not None and post is not None:
                    self.console.roles.revoke(db, subject_id, post, self.console.clock.now())
        except LastAdministrator:
            return self.take(agent, subject_id, Refusal("post", LAST))
        if found is None:
            return self.console.missing()
        if post is None:
            return self.take(agent, subject_id, Refusal("post", "Choose the role to take."))
        return self.console.done(agent, f"{found[0].username} is no longer {said_of(post)}.", LIST)

    def _colleague(self, db: Connection, agent: Agent, subject_id: str) -> tuple[Subject, list[Post]] | None:
        """Somebody else, with those posts that the agent may take."""
        subject = self.console.subjects.get(db, subject_id)
        posts = [
            post
            for post in sorted(self.console.roles.of(db, subject_id), key=_in_order)
            if agent.reaches(Right.CHANGE_STAFF, post.brand)
        ]
        return (subject, posts) if subject is not None and posts and subject.id != agent.subject.id else None

    def _post(self, agent: Agent, form: Form) -> Post | Refusal:
        if form["role"] not in [role.value for role in Role]:
            return Refusal("role", "Choose a role.")
        if form["brand"] not in [brand for brand, _ in self._brands(agent)]:
            return Refusal("brand", "Choose one of your brands.")
        return Post(Role(form["role"]), form["brand"] or None)

    def _why_not(self, agent: Agent, found: Subject | None) -> Refusal | None:
        if found is None or found.disabled:
            return Refusal("name", "Nobody signs in by that name.")
        return Refusal("name", NOT_ONESELF) if found.id == agent.subject.id else None

    def _may_change(self, agent: Agent, subject: Subject) -> bool:
        return agent.may(Right.CHANGE_STAFF) and subject.id != agent.subject.id

    def _brands(self, agent: Agent) -> list[tuple[str, str]]:
        over = agent.brands(Right.CHANGE_STAFF)
        known = [(brand.id, brand.name) for brand in self.console.brands.all() if over is None or brand.id in over]
        return [("", "All brands"), *known] if over is None else known


def said_of(post: Post) -> str:
    """A post in words."""
    return f"{post.role.value} for {post.brand or 'all brands'}"


def _key(post: Post) -> str:
    return f"{post.role.value}:{post.brand or ''}"


def _in_order(post: Post) -> tuple[str, str]:
    return post.role.value, post.brand or ""
