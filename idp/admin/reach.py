"""Which clients an agent may look at."""

from idp.admin.console import Agent
from idp.admin.rights import Right
from idp.clients.client import Client
from idp.clients.registry import Clients


def seen(clients: Clients, agent: Agent, client_id: str) -> Client | None:
    """The client, where it is there and within the agent's reach."""
    client = clients.find(client_id)
    return client if client is not None and agent.reaches(Right.SEE_CLIENTS, client.brand) else None
