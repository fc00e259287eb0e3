"""Registering an application: what kind it is, the form, the review, and its secret, once."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.admin.client_desk import ClientDesk
from idp.admin.client_form import defaults, given, typed
from idp.admin.client_kinds import BY_KEY, KINDS, Kind
from idp.admin.console import Agent, Console
from idp.admin.pages.client_form import FormPage
from idp.admin.pages.clients import LIST, NEW, path_of
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.clients.metadata import ClientMetadata
from idp.clients.registrar import Fault, Registered, Taken
from idp.oidc.authorization.scopes import SCOPES
from idp.web.forms import Form, read_form
from idp.web.redirects import see_other

TAKEN = Fault(("client_id",), "is taken, or was once; choose another, or leave it empty and we make one")


@dataclass(frozen=True, slots=True)
class NewClientPages:
    """/console/clients/-/new."""

    console: Console
    desk: ClientDesk
    page: FormPage

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses."""
        return (
            StaffRoute(NEW, "console_client_new", self.ask, Right.CHANGE_CLIENTS, keeps=True),
            StaffRoute(NEW, "console_client_register", self.answer, Right.CHANGE_CLIENTS, ("POST",), back=NEW, keeps=True),
        )

    def ask(self, agent: Agent) -> Response:
        """GET: the kinds; and the form of the one that was chosen."""
        kind = BY_KEY.get(agent.typed["kind"] if agent.typed is not None else request.args.get("kind", ""))
        if kind is not None and agent.typed is not None:
            return self.page.form(agent, kind, typed(agent.typed, kind, SCOPES), _about(kind))
        if kind is None:
            return self.console.page("admin/client_kinds.html", agent, kinds=KINDS, new=NEW, list=LIST)
        return self.page.form(agent, kind, defaults(kind, SCOPES), _about(kind))

    def answer(self, agent: Agent) -> Response:
        """POST: the form is reviewed, gone back to, or registered, by the button that was pressed."""
        form = read_form(request)
        kind = BY_KEY.get(form["kind"])
        if kind is None:
            return see_other(NEW)
        shown = typed(form, kind, SCOPES)
        if "back" in form:
            return self.page.form(agent, kind, shown, _about(kind))
        meta = self.desk.check(agent, given(form, kind, SCOPES))
        if not isinstance(meta, ClientMetadata):
            return self.page.form(agent, kind, shown, _about(kind), meta)
        if "register" in form:
            return self._register(agent, kind, meta, form)
        # The id stays the one that is reviewed, so that sending the review twice registers once.
        return self.page.review(agent, kind, meta, shown | {"client_id": meta.client_id}, _about(kind), "test" in form)

    def _register(self, agent: Agent, kind: Kind, meta: ClientMetadata, form: Form) -> Response:
        outcome = self.desk.registers(meta)
        match outcome:
            case Registered(secret=secret):
                # The secret stands in this answer alone: no address leads to it, and no store holds it.
                return self.console.page(
                    "admin/client_secret.html",
                    agent,
                    meta=meta,
                    secret=secret,
                    older=None,
                    issuer=self.console.issuer,
                    here=path_of(meta.client_id),
                )
            case Taken():
                return self.page.form(agent, kind, typed(form, kind, SCOPES), _about(kind), (TAKEN,))
            case _:
                assert_never(outcome)


def _about(kind: Kind) -> dict[str, object]:
    return {
        "title": f"Register: {kind.name.lower()}",
        "action": NEW,
        "up": NEW,
        "up_name": "Another kind of application",
        "hidden": {"kind": kind.key},
        "done": ("register", "Register it"),
        "differences": None,
        "strangers": False,
        "one": None,
        "fresh": False,
    }
