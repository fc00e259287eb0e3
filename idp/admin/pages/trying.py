"""An authorization request of a client, built and shown step by step. Nothing is issued."""

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from idp.admin.console import Agent, Console
from idp.admin.masked_claims import masked
from idp.admin.pages.claims import as_json
from idp.admin.reach import seen
from idp.admin.refused import refused_lately
from idp.admin.rights import Right
from idp.admin.staff_routes import StaffRoute
from idp.admin.trial import CHOSEN, LONGEST, MEANS, begin
from idp.admin.trial_words import what_next
from idp.clients.registry import Clients
from idp.oidc.authorization.rehearsal import Rehearsed, rehearse
from idp.oidc.authorization.scopes import allowed_in_words
from idp.oidc.authorization.service import Authorization
from idp.oidc.preview import Grant, Preview
from idp.oidc.refusals.explain import UNEXPLAINED, advice_for
from idp.web.forms import is_storable

RULE = "/console/clients/<client_id>/try"


@dataclass(frozen=True, slots=True)
class TryPages:
    """One page; what is chosen stands in its address."""

    console: Console
    clients: Clients
    authorization: Authorization
    preview: Preview

    def routes(self) -> tuple[StaffRoute, ...]:
        """Its address."""
        return (StaffRoute(RULE, "console_client_try", self.show, Right.SEE_CLIENTS),)

    def show(self, agent: Agent, client_id: str) -> Response:
        """GET: the request, what the provider says to it, and what would come of it."""
        client = seen(self.clients, agent, client_id)
        if client is None:
            return self.console.missing()
        typed = {name: value for name, value in request.args.items() if name in CHOSEN and is_storable(value)}
        trial = begin(self.console.issuer, client, typed)
        rehearsed = rehearse(self.authorization, trial.query.encode(), agent.session)
        with self.console.database.reading() as db:
            lately = refused_lately(db, client.id, self.console.clock.now())
        return self.console.page(
            "admin/client_try.html",
            agent,
            client=client,
            lately=lately,
            trial=trial,
            chosen=[(name, trial.parameters.get(name, ""), MEANS[name]) for name in CHOSEN],
            longest=LONGEST,
            rehearsed=rehearsed,
            advice=_advice(rehearsed),
            next=what_next(rehearsed.decision, rehearsed.known) if rehearsed.decision is not None else "",
            scopes=allowed_in_words(rehearsed.case.asked.consent_scopes) if rehearsed.case is not None else (),
            id_token=self._id_token(agent, rehearsed),
        )

    def _id_token(self, agent: Agent, rehearsed: Rehearsed) -> str:
        """What the ID token would say of the agent, who needs its shape; empty where there would be none."""
        case = rehearsed.case
        if case is None:
            return ""
        asked, nonce = case.asked, case.matched.request.nonce
        grant = Grant(asked.scopes, agent.session.context, asked.claims.to_dict(), asked.resource, nonce)
        with self.console.database.reading() as db:
            previewed = self.preview.of(db, case.client, agent.subject, grant, self.console.clock.now())
        return as_json(masked(previewed.id_token)) if previewed.id_token is not None else ""


def _advice(rehearsed: Rehearsed) -> tuple[str, str, str, str] | None:
    error = rehearsed.error
    if error is None:
        return None
    because = error.because or error.public
    advice = advice_for(because) or UNEXPLAINED
    return because, advice.means, advice.clause, advice.mend
