"""The page that closes one's account, and what is said afterwards."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.core.language import N_, _
from idp.selfservice.closing import WAITS, Closing, Closings, HasRole, OtherName
from idp.selfservice.leaving import Leaving
from idp.selfservice.own import ACCOUNT, Own, Owner
from idp.signin.words import Problem
from idp.web import formats
from idp.web.forms import read_form
from idp.web.routes import Guard, Route

PAGE = f"{ACCOUNT}/close"
OTHER_NAME = Problem(
    N_("That is not your username"),
    N_("Type your username as it stands above, so that nothing is closed by mistake."),
    "username",
)
HAS_ROLE = Problem(
    N_("You are one of our staff"),
    N_("Have an administrator take your role first. Then you can close the account."),
    None,
)


@dataclass(frozen=True, slots=True)
class ClosingPages:
    """/account/close."""

    own: Own
    closings: Closings
    leaving: Leaving

    def routes(self) -> tuple[Route, ...]:
        """Its address."""
        return (
            Route(PAGE, "own_close", self.show, guard=Guard.PAGE),
            Route(PAGE, "own_close_begin", self.begin, methods=("POST",), guard=Guard.PAGE),
        )

    def show(self) -> Response:
        """GET: what closing means."""
        owner = self.own.enter(PAGE, to_change=True)
        return self._ask(owner) if isinstance(owner, Owner) else owner

    def begin(self) -> Response:
        """POST: the username, typed to confirm."""
        owner, form = self.own.enter(PAGE, to_change=True), read_form(request)
        if not isinstance(owner, Owner):
            return owner
        with self.own.changing(owner) as db:
            outcome = self.closings.begin(db, owner, form["username"])
        match outcome:
            case OtherName():
                return self._ask(owner, OTHER_NAME)
            case HasRole():
                return self._ask(owner, HAS_ROLE)
            case Closing(at):
                day = formats.day(at.astimezone(self.own.zone(owner)))
                return self.leaving.page("selfservice/close_begun.html", owner, day=day)
            case never:
                assert_never(never)

    def _ask(self, owner: Owner, problem: Problem | None = None) -> Response:
        at = self.own.clock.now() + WAITS
        told = Problem(_(problem.title), _(problem.text), problem.field) if problem else None
        return self.own.page(
            "selfservice/close.html",
            owner,
            status=422 if problem else 200,
            username=owner.subject.username,
            day=formats.day(at.astimezone(self.own.zone(owner))),
            problem=told,
            action=PAGE,
            back=ACCOUNT,
        )
