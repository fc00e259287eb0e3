"""What is done to an application as it is: a further secret, the end of one, stopping it, letting it act, deleting it."""

from dataclasses import dataclass
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from idp.admin.client_desk import ClientDesk
from idp.admin.console import Agent, Console
from idp.admin.pages.clients import LIST, ONE, path_of
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.clients.registrar import Done, FromFile, Overtaken, Rotated
from idp.web.forms import read_form

ROTATE, END, DISABLE, ENABLE, DELETE = (f"{ONE}/{act}" for act in ("rotate", "end-secret", "disable", "enable", "delete"))
BEYOND = "It may do what is not yours to give. Ask an administrator of all brands for a new secret."
MADE_ALREADY = "A new secret was made already and is not shown again. If nobody copied it, make another one."
# How long an older secret lives on, by what the form offers.
OVERLAPS = {"0": timedelta(0), "1": timedelta(days=1), "7": timedelta(days=7), "30": timedelta(days=30)}


@dataclass(frozen=True, slots=True)
class ClientActPages:
    """/console/clients/<id>/rotate, end-secret, disable, enable, delete."""

    console: Console
    desk: ClientDesk

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses: a page that says what will come of it, and the act."""
        asked = (
            (ROTATE, "", "rotate", self.ask_rotate, self.rotate, "Make a new secret"),
            (END, "?secret=<secret>", "end_secret", self.ask_end, self.end, "End the secret"),
            (DISABLE, "", "disable", self.ask_disable, self.disable, "Stop it"),
            (DELETE, "", "delete", self.ask_delete, self.delete, "Delete it"),
        )
        change, post = Right.CHANGE_CLIENTS, ("POST",)
        pages = (StaffRoute(rule, f"console_client_ask_{name}", ask, change, keeps=True) for rule, _, name, ask, *_ in asked)
        acts = (
            StaffRoute(rule, f"console_client_{name}", act, change, post, f"{rule}{more}", True, {"": words})
            for rule, more, name, _, act, words in asked
        )
        let_act = {"": "Let it act again"}
        return (*pages, *acts, StaffRoute(ENABLE, "console_client_enable", self.enable, change, post, ONE, True, let_act))

    def ask_rotate(self, agent: Agent, client_id: str) -> Response:
        """GET: how long the older secret lives on."""
        newest = next((one.id for one in self.desk.secrets(client_id)), "")
        overlap = agent.typed["overlap"] if agent.typed is not None else "7"
        return self._ask(agent, client_id, "admin/client_rotate.html", overlaps=OVERLAPS, newest=newest, overlap=overlap)

    def rotate(self, agent: Agent, client_id: str) -> Response:
        """POST: a further secret, shown in this answer alone. The same form sent again makes no other."""
        form = read_form(request)
        overlap, newest = OVERLAPS.get(form["overlap"]), form["newest"]
        found = self.desk.find(agent, client_id, Right.CHANGE_CLIENTS)
        if found is None or overlap is None:
            return self.console.missing()
        if self.desk.beyond(agent, found.metadata):
            return self._done(agent, client_id, BEYOND)
        outcome = self.desk.does(agent, client_id, lambda db: self.desk.registrar.rotate(db, client_id, overlap, newest))
        if outcome == Overtaken():
            return self._done(agent, client_id, MADE_ALREADY)
        if not isinstance(outcome, Rotated):
            return self.console.missing()
        here = path_of(client_id)
        return self.console.page(
            "admin/client_secret.html",
            agent,
            meta=found.metadata,
            secret=outcome.secret,
            older=overlap,
            issuer=self.console.issuer,
            here=here,
        )

    def ask_end(self, agent: Agent, client_id: str) -> Response:
        """GET: which secret it is, and when it was last used."""
        wanted = request.args.get("secret", "")
        secret = next((one for one in self.desk.secrets(client_id) if one.id == wanted), None)
        if secret is None:
            return self.console.missing()
        return self._ask(agent, client_id, "admin/client_end_secret.html", secret=secret)

    def end(self, agent: Agent, client_id: str) -> Response:
        """POST: it works no longer."""
        secret_id = read_form(request)["secret"]
        outcome = self.desk.does(agent, client_id, lambda db: self.desk.registrar.end_secret(db, client_id, secret_id))
        said = "The secret works no longer." if outcome == Done() else "That secret had ended already."
        return self._done(agent, client_id, said)

    def ask_disable(self, agent: Agent, client_id: str) -> Response:
        """GET: what stops."""
        return self._ask(agent, client_id, "admin/client_disable.html")

    def disable(self, agent: Agent, client_id: str) -> Response:
        """POST: it may not act any more."""
        self.desk.does(agent, client_id, lambda db: self.desk.registrar.disable(db, client_id))
        return self._done(agent, client_id, "It is stopped, everywhere within a second.")

    def enable(self, agent: Agent, client_id: str) -> Response:
        """POST: it may act again."""
        outcome = self.desk.does(agent, client_id, lambda db: self.desk.registrar.enable(db, client_id))
        stays = outcome == FromFile()
        return self._done(
            agent, client_id, "It stays stopped: clients.yaml no longer names it." if stays else "It may act again."
        )

    def ask_delete(self, agent: Agent, client_id: str) -> Response:
        """GET: what ends with it; and the field for its id."""
        return self._delete_page(agent, client_id)

    def delete(self, agent: Agent, client_id: str) -> Response:
        """POST: it is gone, where its id was typed."""
        if read_form(request)["typed"].strip() != client_id:
            return self._delete_page(agent, client_id, mistaken=True)
        if self.desk.does(agent, client_id, lambda db: self.desk.registrar.delete(db, client_id)) != Done():
            return self.console.missing()
        return self.console.done(agent, f"{client_id} is deleted.", LIST)

    def _delete_page(self, agent: Agent, client_id: str, mistaken: bool = False) -> Response:
        found = self.desk.find(agent, client_id, Right.CHANGE_CLIENTS)
        if found is None:
            return self.console.missing()
        if found.from_file:
            return self.console.done(agent, "clients.yaml says what it is: remove it there.", path_of(client_id))
        typed = agent.typed["typed"] if agent.typed is not None else ""
        status, broken = 422 if mistaken else 200, self.desk.broken_by_delete(client_id)
        return self._ask(
            agent, client_id, "admin/client_delete.html", status=status, broken=broken, mistaken=mistaken, typed=typed
        )

    def _ask(self, agent: Agent, client_id: str, template: str, *, status: int = 200, **context: object) -> Response:
        found = self.desk.find(agent, client_id, Right.CHANGE_CLIENTS)
        if found is None:
            return self.console.missing()
        return self.console.page(template, agent, status=status, one=found, here=path_of(client_id), **context)

    def _done(self, agent: Agent, client_id: str, said: str) -> Response:
        if self.desk.find(agent, client_id, Right.CHANGE_CLIENTS) is None:
            return self.console.missing()
        return self.console.done(agent, said, path_of(client_id))
