"""The page of one's password, and the address where password managers look for it."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.core.language import _
from idp.selfservice.moments import day
from idp.selfservice.overview import PASSWORD
from idp.selfservice.own import HOME, Own, Owner
from idp.selfservice.passwords import OwnPasswords
from idp.signin import strength_pages
from idp.signin.words import Problem
from idp.web.forms import read_form
from idp.web.redirects import see_other
from idp.web.routes import Guard, Route

PAGE = PASSWORD
# W3C, A Well-Known URL for Changing Passwords.
WELL_KNOWN = "/.well-known/change-password"


@dataclass(frozen=True, slots=True)
class PasswordPages:
    """/account/password."""

    own: Own
    passwords: OwnPasswords

    def routes(self) -> tuple[Route, ...]:
        """Its addresses."""
        return (
            Route(WELL_KNOWN, "change_password", self.find, guard=Guard.PAGE),
            Route(PAGE, "own_password", self.show, guard=Guard.PAGE),
            Route(PAGE, "own_password_change", self.change, methods=("POST",), guard=Guard.PAGE),
        )

    def find(self) -> Response:
        """GET: where the password is changed."""
        return see_other(PAGE)

    def show(self) -> Response:
        """GET: when it was chosen, and a field for another."""
        owner = self.own.enter(PAGE, to_change=True)
        return self._ask(owner) if isinstance(owner, Owner) else owner

    def change(self) -> Response:
        """POST: another password."""
        owner, form = self.own.enter(PAGE, to_change=True), read_form(request)
        if not isinstance(owner, Owner):
            return owner
        problem = self.passwords.change(owner, form["password"])
        if problem is not None:
            return self._ask(owner, problem)
        return self.own.done(owner, _("Your password is changed. You are signed out everywhere but here."), HOME)

    def _ask(self, owner: Owner, problem: Problem | None = None) -> Response:
        chosen, now, zone = self.passwords.chosen_at(owner), self.own.clock.now(), self.own.zone(owner)
        return self.own.page(
            "selfservice/password.html",
            owner,
            status=422 if problem else 200,
            changed=day(chosen, now, zone) if chosen is not None else "",
            choosing=self.passwords.choosing(owner),
            username=owner.subject.username,
            brand_id=owner.brand or "",
            judge=strength_pages.ADDRESS,
            problem=problem,
            action=PAGE,
        )
