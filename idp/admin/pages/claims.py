"""What a client would be told about a customer."""

import json
from dataclasses import dataclass
from typing import assert_never

from flask import request
from werkzeug.wrappers import Response

from idp.admin.console import Agent, Console
from idp.admin.previews import NoCustomer, Previews, Shown, TooMany, scopes_of
from idp.admin.reach import seen
from idp.admin.refused import refused_lately
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.clients.client import Client
from idp.clients.registry import Clients
from idp.oidc.preview import Previewed
from idp.web.forms import Form, read_form

RULE = "/console/clients/<client_id>/claims"
BUTTONS = {"": "Show the claims"}
NOBODY = "No customer has that username, or none that you may look at."


@dataclass(frozen=True, slots=True)
class ClaimsPages:
    """The form, and its answer. A username is posted, so that it stands in no address and no log."""

    console: Console
    clients: Clients
    previews: Previews

    def routes(self) -> tuple[StaffRoute, ...]:
        """Their addresses."""
        return (
            StaffRoute(RULE, "console_client_claims", self.ask, Right.SEE_CLIENTS, keeps=True),
            StaffRoute(RULE, "console_client_claims_shown", self.show, Right.SEE_CLIENTS, ("POST",), RULE, True, BUTTONS),
        )

    def ask(self, agent: Agent, client_id: str) -> Response:
        """GET: for whom, and with which scopes."""
        client = seen(self.clients, agent, client_id)
        if client is None:
            return self.console.missing()
        typed = agent.typed
        return self._page(agent, client, *(_wanted(client, typed) if typed is not None else ("", scopes_of(client))))

    def show(self, agent: Agent, client_id: str) -> Response:
        """POST: the claims, on the same page."""
        client = seen(self.clients, agent, client_id)
        if client is None:
            return self.console.missing()
        username, scopes = _wanted(client, read_form(request))
        shown = self.previews.show(agent, client, username, scopes)
        match shown:
            case NoCustomer():
                return self._page(agent, client, username, scopes, mistake=NOBODY)
            case TooMany(minutes):
                return self._page(agent, client, username, scopes, mistake=f"You have looked often; wait {minutes} minutes.")
            case Shown():
                return self._page(agent, client, username, scopes, shown)
            case _:
                assert_never(shown)

    def _page(
        self,
        agent: Agent,
        client: Client,
        username: str,
        scopes: frozenset[str],
        shown: Shown | None = None,
        mistake: str = "",
    ) -> Response:
        with self.console.database.reading() as db:
            lately = refused_lately(db, client.id, self.console.clock.now())
        return self.console.page(
            "admin/client_claims.html",
            agent,
            status=400 if mistake else 200,
            client=client,
            username=username,
            scopes=sorted(scopes_of(client), key=lambda scope: (scope != "openid", scope)),
            ticked=scopes,
            shown=shown,
            parts=in_parts(client, shown.previewed) if shown is not None else (),
            mistake=mistake,
            lately=lately,
        )


def _wanted(client: Client, form: Form) -> tuple[str, frozenset[str]]:
    return form["username"], frozenset(one for one in scopes_of(client) if f"scope:{one}" in form)


def in_parts(client: Client, previewed: Previewed) -> tuple[tuple[str, str, str], ...]:
    """Each answer: what it is, what is to be known of it, and its claims as JSON."""
    signed = f"Signed with {client.userinfo_alg}." if client.userinfo_alg else "Plain JSON."
    sealed = "Sealed: the client cannot read it; introspection tells these claims to the API it is for."
    access = sealed if client.access_token_format == "opaque" else "For the API named in aud; a client should not read it."
    answers = (
        ("ID token", f"For the client; signed with {client.id_token_alg}.", previewed.id_token),
        ("Answer of /userinfo", signed, previewed.userinfo),
        ("Access token", access, previewed.access_token),
    )
    return tuple((name, about, as_json(claims)) for name, about, claims in answers if claims is not None)


def as_json(claims: dict[str, object]) -> str:
    """Claims as people read them."""
    return json.dumps(claims, indent=2, ensure_ascii=False)
