"""Editing an application: the form, what would change, and the change; of two who edit at once the second is told."""

from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.admin.client_desk import ClientDesk
from idp.admin.client_form import entries, given, typed
from idp.admin.client_kinds import kind_of
from idp.admin.client_words import are_strangers, differences
from idp.admin.console import Agent, Console
from idp.admin.pages.client_form import FormPage
from idp.admin.pages.clients import ONE, path_of
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.clients.metadata import ClientMetadata
from idp.clients.registrar import Changed, FromFile, Overtaken, Unchanged, Unknown
from idp.clients.registry import Listed
from idp.oidc.authorization.scopes import SCOPES
from idp.web.forms import Form, read_form
from idp.web.redirects import see_other

EDIT = f"{ONE}/edit"


@dataclass(frozen=True, slots=True)
class EditClientPages:
    """/console/clients/<id>/edit."""

    console: Console
    desk: ClientDesk
    page: FormPage

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses."""
        return (
            StaffRoute(EDIT, "console_client_edit", self.ask, Right.CHANGE_CLIENTS, keeps=True),
            StaffRoute(EDIT, "console_client_change", self.answer, Right.CHANGE_CLIENTS, ("POST",), back=EDIT, keeps=True),
        )

    def ask(self, agent: Agent, client_id: str) -> Response:
        """GET: the form, with what the client is now."""
        found = self._found(agent, client_id)
        if isinstance(found, Response):
            return found
        if agent.typed is not None:
            kind = kind_of(found.metadata)
            return self.page.form(agent, kind, typed(agent.typed, kind, SCOPES), _about(found, agent.typed["version"]))
        shown = entries(found.metadata.model_dump(mode="json"), kind_of(found.metadata), SCOPES)
        return self.page.form(agent, kind_of(found.metadata), shown, _about(found, str(found.version)))

    def answer(self, agent: Agent, client_id: str) -> Response:
        """POST: what would change is shown, gone back from, or saved, by the button that was pressed."""
        found, form = self._found(agent, client_id), read_form(request)
        if isinstance(found, Response):
            return found
        kind, seen = kind_of(found.metadata), form["version"]
        shown, about = typed(form, kind, SCOPES), _about(found, seen)
        if seen != str(found.version):
            return self.page.form(agent, kind, shown, about | {"fresh": True}, ())
        if "back" in form:
            return self.page.form(agent, kind, shown, about)
        meta = self.desk.check(agent, given(form, kind, SCOPES, _base(found.metadata)), client_id)
        if not isinstance(meta, ClientMetadata):
            return self.page.form(agent, kind, shown, about, meta)
        if "save" in form:
            return self._save(agent, found, meta, form)
        changes = differences(found.metadata, meta)
        if not changes:
            return self.console.done(agent, "Nothing was changed.", path_of(client_id))
        strangers = are_strangers(found.metadata, meta, registered_itself=found.registered_itself)
        told = {"differences": changes, "strangers": strangers}
        return self.page.review(agent, kind, meta, shown, about | told, "test" in form)

    def _save(self, agent: Agent, found: Listed, meta: ClientMetadata, form: Form) -> Response:
        client_id, here = found.client.id, path_of(found.client.id)
        change = self.desk.registrar.change
        outcome = self.desk.does(agent, client_id, lambda db: change(db, client_id, meta, found.version))
        match outcome:
            case Changed(secret=None):
                return self.console.done(agent, f"{meta.client_name} is changed. It holds everywhere within a second.", here)
            case Changed(secret=secret):
                return self.console.page(
                    "admin/client_secret.html",
                    agent,
                    meta=meta,
                    secret=secret,
                    older=None,
                    issuer=self.console.issuer,
                    here=here,
                )
            case Unchanged():
                return self.console.done(agent, "Nothing was changed.", here)
            case Overtaken():
                kind = kind_of(found.metadata)
                return self.page.form(agent, kind, typed(form, kind, SCOPES), _about(found, "") | {"fresh": True})
            case Unknown() | FromFile():
                return self.console.missing()
            case _:
                assert_never(outcome)

    def _found(self, agent: Agent, client_id: str) -> Listed | Response:
        found = self.desk.find(agent, client_id, Right.CHANGE_CLIENTS)
        if found is None:
            return self.console.missing()
        return see_other(path_of(client_id)) if found.from_file else found


def _base(meta: ClientMetadata) -> dict[str, object]:
    return meta.model_dump(mode="json", exclude={"client_id", "secret_digests"}, exclude_none=True)


def _about(found: Listed, version: str) -> dict[str, object]:
    here = path_of(found.client.id)
    return {
        "title": f"Change {found.client.name}",
        "action": f"{here}/edit",
        "up": here,
        "up_name": found.client.name,
        "hidden": {"version": version},
        "done": ("save", "Save the change"),
        "differences": None,
        "strangers": False,
        "one": found,
        "fresh": False,
    }
