"""Refused requests, as far as an agent may see them."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from idp.admin.console import Agent
from idp.admin.reach import seen
from idp.admin.rights import Right
from idp.clients.registry import Clients
from idp.oidc.refusals import store
from idp.oidc.refusals.explain import Explanation, explain

LATELY = timedelta(days=1)


def refused_lately(db: Connection, client_id: str, now: datetime) -> int:
    """How many requests of a client were refused in the last day; for `templates/admin/parts/client_tools.html`."""
    return store.count_since(db, client_id, now - LATELY)


def explained(db: Connection, clients: Clients, agent: Agent, reference: str) -> Explanation | None:
    """The refused request with this reference, where the agent may see its client; those of no client are for all brands."""
    noted = store.find(db, reference)
    if noted is None:
        return None
    may = sees_nobodys(agent) if noted.client_id is None else seen(clients, agent, noted.client_id) is not None
    return explain(noted) if may else None


def sees_nobodys(agent: Agent) -> bool:
    """Whether the agent may see requests of no client that is known."""
    return agent.reaches(Right.SEE_CLIENTS, None)
