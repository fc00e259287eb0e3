"""Refused requests: found by their reference, and the last ones of each client."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.admin.console import Agent, Console
from idp.admin.reach import seen
from idp.admin.refused import explained, refused_lately, sees_nobodys
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.clients.registry import Clients
from idp.oidc.refusals import store
from idp.oidc.refusals.explain import explain, in_words

LIST = "/console/refusals"
OF_CLIENT = "/console/clients/<client_id>/refusals"


@dataclass(frozen=True, slots=True)
class RefusalPages:
    """/console/refusals, and that of a client."""

    console: Console
    clients: Clients

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses."""
        return (
            StaffRoute(LIST, "console_refusals", self.find, Right.SEE_CLIENTS),
            StaffRoute(OF_CLIENT, "console_client_refusals", self.of_client, Right.SEE_CLIENTS),
        )

    def find(self, agent: Agent) -> Response:
        """GET: the one with the `reference` in the address; beside it, those of no client."""
        reference = request.args.get("reference", "").strip()
        with self.console.database.reading() as db:
            found = explained(db, self.clients, agent, reference) if reference else None
            nobodys = store.of_nobody(db) if sees_nobodys(agent) else ()
        return self.console.page(
            "admin/refusals.html",
            agent,
            asked=reference[: store.LONGEST_REFERENCE],
            found=found,
            application=self._name(agent, found.client_id) if found is not None else "",
            nobodys=[explain(one) for one in nobodys],
            in_words=in_words,
            days=store.KEPT_FOR.days,
        )

    def of_client(self, agent: Agent, client_id: str) -> Response:
        """GET: the last ones of a client, the newest first."""
        client = seen(self.clients, agent, client_id)
        if client is None:
            return self.console.missing()
        with self.console.database.reading() as db:
            last = [explain(one) for one in store.of_client(db, client.id)]
            lately = refused_lately(db, client.id, self.console.clock.now())
        return self.console.page(
            "admin/client_refusals.html",
            agent,
            client=client,
            refusals=last,
            lately=lately,
            in_words=in_words,
            most=store.MOST_OF_A_CLIENT,
            days=store.KEPT_FOR.days,
        )

    def _name(self, agent: Agent, client_id: str | None) -> str:
        client = seen(self.clients, agent, client_id) if client_id is not None else None
        return client.name if client is not None else ""
