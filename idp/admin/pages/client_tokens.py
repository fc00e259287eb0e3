"""Initial access tokens in the console: made, shown once, listed, revoked."""

from dataclasses import dataclass
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from idp.admin.audit import STAFF, short
from idp.admin.console import Agent, Console
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.clients.initial_access import LONGEST_DAYS, MOST_USES, InitialAccess, InitialAccessTokens, Terms
from idp.core.database import Database
from idp.signin.words import Problem
from idp.web.forms import Form, read_form

# No id of a client begins with a dash.
LIST = "/console/clients/-/tokens"
USUAL = {"brand": "", "uses": "1", "days": "7", "pkce_optional": ""}
TITLE = "No token was made"
REVOKE = {"": "Revoke <token>"}
BOUNDS = {"uses": MOST_USES, "days": LONGEST_DAYS}


@dataclass(frozen=True, slots=True)
class ClientTokenPages:
    """/console/clients/-/tokens."""

    console: Console
    database: Database
    tokens: InitialAccessTokens

    def routes(self) -> tuple[StaffRoute, ...]:
        """The list with its form, and what it does."""
        return (
            StaffRoute(LIST, "console_client_tokens", self.show, Right.SEE_CLIENTS, keeps=True),
            StaffRoute(
                f"{LIST}/make", "console_client_token_make", self.make, Right.CHANGE_CLIENTS, ("POST",), back=LIST, keeps=True
            ),
            StaffRoute(
                f"{LIST}/revoke",
                "console_client_token_revoke",
                self.revoke,
                Right.CHANGE_CLIENTS,
                ("POST",),
                LIST,
                buttons=REVOKE,
            ),
        )

    def show(self, agent: Agent) -> Response:
        """GET: every token of the agent's brands, and the form for another."""
        typed = agent.typed
        return self._page(agent, USUAL if typed is None else {name: typed[name] for name in USUAL}, None)

    def make(self, agent: Agent) -> Response:
        """POST: the new token, shown in this answer alone."""
        form = read_form(request)
        terms = self._terms(agent, form)
        if isinstance(terms, Problem):
            return self._page(agent, {name: form[name] for name in USUAL}, terms, status=400)
        with self.database.transaction() as db:
            made, text = self.tokens.make(db, terms, self.console.clock.now())
        return self.console.page("admin/client_token.html", agent, token=made, text=text, issuer=self.console.issuer, here=LIST)

    def revoke(self, agent: Agent) -> Response:
        """POST: it lets nobody in any more."""
        token_id = read_form(request)["token"]
        with self.database.transaction() as db:
            found = self.tokens.get(db, token_id)
            if found is None or not agent.reaches(Right.CHANGE_CLIENTS, found.brand):
                return self.console.missing()
            self.tokens.revoke(db, found.id, self.console.clock.now())
        return self.console.done(agent, "The token lets nobody in any more. Applications that registered with it stay.", LIST)

    def _page(self, agent: Agent, typed: dict[str, str], problem: Problem | None, status: int = 200) -> Response:
        with self.database.reading() as db:
            found = [one for one in self.tokens.all(db) if agent.reaches(Right.SEE_CLIENTS, one.brand)]
            makers = {one.made_by.removeprefix(STAFF) for one in found if one.made_by}
            people = {maker: subject for maker in makers if (subject := self.console.subjects.get(db, maker)) is not None}
        return self.console.page(
            "admin/client_tokens.html",
            agent,
            status=status,
            tokens=found,
            made_by={one.id: short(one.made_by, people) for one in found if one.made_by},
            now=self.console.clock.now(),
            may_change=agent.may(Right.CHANGE_CLIENTS),
            may_revoke=[one.id for one in found if self._may_revoke(agent, one)],
            brands=self._brands(agent),
            everywhere=agent.brands(Right.CHANGE_CLIENTS) is None,
            bounds=BOUNDS,
            typed=typed,
            problem=problem,
            here=LIST,
        )

    def _may_revoke(self, agent: Agent, token: InitialAccess) -> bool:
        running = token.state(self.console.clock.now()) == "open"
        return running and agent.reaches(Right.CHANGE_CLIENTS, token.brand)

    def _brands(self, agent: Agent) -> tuple[str, ...]:
        theirs = agent.brands(Right.CHANGE_CLIENTS)
        return tuple(brand.id for brand in self.console.brands.all() if theirs is None or brand.id in theirs)

    def _terms(self, agent: Agent, form: Form) -> Terms | Problem:
        brand = form["brand"] or None
        if not agent.reaches(Right.CHANGE_CLIENTS, brand) or (brand is not None and brand not in self._brands(agent)):
            return Problem(TITLE, "Choose one of your brands.", "brand")
        for name, most in BOUNDS.items():
            text = form[name].strip()
            if not (text.isascii() and text.isdecimal() and len(text) <= 9 and 1 <= int(text) <= most):
                return Problem(TITLE, f"Type a whole number between 1 and {most}.", name)
        lasts = timedelta(days=int(form["days"]))
        return Terms(brand, int(form["uses"]), lasts, form["pkce_optional"] == "on")
