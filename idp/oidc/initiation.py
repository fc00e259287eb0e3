"""Sign-ins that begin at a third party (Core 4): here that is us, where a customer opens an application from their account."""

from idp.clients.client import Client
from idp.core.addresses import with_query


def begins_at(client: Client, issuer: str) -> str | None:
    """Where `client` begins a sign-in with `issuer`; None where it has registered no such page, or was switched off."""
    if client.initiate_login_uri is None or client.disabled:
        return None
    return with_query(client.initiate_login_uri, iss=issuer)
