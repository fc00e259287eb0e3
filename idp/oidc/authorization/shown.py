"""What a page of consent shows, as one word: an answer counts only for what was read. Pure."""

import json

from idp.clients.client import Client
from idp.core.handles import digest
from idp.oidc.authorization.case import Case
from idp.oidc.authorization.decision import AskConsent


def of_client(client: Client) -> tuple[str | bool | None, ...]:
    """By what customers know a client, and where it sends them to read on."""
    return client.name, client.brand, client.first_party, client.logo_uri, client.policy_uri, client.tos_uri


def of_question(case: Case, asks: AskConsent) -> str:
    """A digest of the whole question: who is asked, for whom, for what, and where the answer leads."""
    shown = (
        asks.session.subject_id,
        asks.first_visit,
        case.client.id,
        of_client(case.client),
        case.matched.redirect_uri,
        sorted(case.asked.consent_scopes),
    )
    return digest(json.dumps(shown))
