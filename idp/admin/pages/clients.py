"""The applications that are registered: the list, and each by itself."""

import json
from dataclasses import dataclass
from pathlib import Path

from flask import request
from werkzeug.wrappers import Response

from idp.admin.client_desk import ClientDesk, resulting
from idp.admin.client_kinds import KINDS, kind_of
from idp.admin.client_list import STATES, wish
from idp.admin.console import Agent, Console
from idp.admin.programs import Programs
from idp.admin.refused import refused_lately
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.clients.key_test import KeysFound, try_given, try_published
from idp.clients.registry import Listed
from idp.core.fetcher import Fetcher

LIST = "/console/clients"
# No id of a client begins with a dash.
NEW = f"{LIST}/-/new"
ONE = f"{LIST}/<client_id>"
KEYS = f"{ONE}/keys"
TEST = {"": "Test the key set"}


def path_of(client_id: str) -> str:
    """The page of one client."""
    return f"{LIST}/{client_id}"


@dataclass(frozen=True, slots=True)
class ClientPages:
    """/console/clients. `file` is where clients.yaml is."""

    console: Console
    desk: ClientDesk
    fetcher: Fetcher
    programs: Programs
    file: Path

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses."""
        return (
            StaffRoute(LIST, "console_clients", self.list, Right.SEE_CLIENTS),
            StaffRoute(ONE, "console_client", self.show, Right.SEE_CLIENTS, keeps=True),
            StaffRoute(KEYS, "console_client_keys", self.try_keys, Right.CHANGE_CLIENTS, ("POST",), ONE, True, TEST),
        )

    def list(self, agent: Agent) -> Response:
        """GET: every client that the agent may see and the filter finds."""
        wanted = wish(request.args)
        found = self.desk.visible(agent, wanted)
        return self.console.page(
            "admin/clients.html",
            agent,
            wanted=wanted,
            found=found,
            any=bool(found.brands),
            brands=found.brands,
            kinds=KINDS,
            states=tuple(STATES),
            kind_of=kind_of,
            may_change=agent.may(Right.CHANGE_CLIENTS),
            new=NEW,
        )

    def show(self, agent: Agent, client_id: str) -> Response:
        """GET: one client, with its secrets and its metadata."""
        found = self.desk.find(agent, client_id, Right.SEE_CLIENTS)
        return self.console.missing() if found is None else self._page(agent, found)

    def try_keys(self, agent: Agent, client_id: str) -> Response:
        """POST: its key set, read now."""
        found = self.desk.find(agent, client_id, Right.CHANGE_CLIENTS)
        return self.console.missing() if found is None else self._page(agent, found, keys_of(self.fetcher, found))

    def _page(self, agent: Agent, found: Listed, keys: KeysFound | None = None) -> Response:
        now = self.console.clock.now()
        with self.console.database.reading() as db:
            lately, hands = refused_lately(db, found.client.id, now), self.programs.of(db, found.client.id)
        return self.console.page(
            "admin/client.html",
            agent,
            one=found,
            lately=lately,
            hands=hands,
            kind=kind_of(found.metadata),
            secrets=self.desk.secrets(found.client.id),
            now=now,
            metadata=json.dumps(resulting(found.metadata), indent=2, ensure_ascii=False),
            file=self.file,
            keys=keys,
            here=path_of(found.client.id),
            may_change=self.desk.holds(agent, Right.CHANGE_CLIENTS, found),
        )


def keys_of(fetcher: Fetcher, found: Listed) -> KeysFound | None:
    """The keys of a client, fetched where it publishes them; None where it has none."""
    client = found.client
    if client.jwks is not None:
        return try_given(dict(client.jwks))
    return None if client.jwks_uri is None else try_published(fetcher, client.jwks_uri)
