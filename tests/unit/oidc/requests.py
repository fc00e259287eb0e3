"""Clients and authorization requests for the tests of the pure rules."""

from typing import Any
from urllib.parse import urlencode

from idp.clients.client import Client, client_of
from idp.clients.metadata import ClientMetadata
from idp.clients.profiles import BASELINE
from idp.oidc.authorization.asked import Asked, understand
from idp.oidc.authorization.parameters import read_parameters
from idp.oidc.authorization.request import AuthorizationRequest, MatchedRequest, match_redirect_uri, read_request

CALLBACK = "https://rp.example/callback"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
ISSUER = "https://id.example"


def a_client(**changes: Any) -> Client:
    """A confidential third-party client with every scope."""
    metadata: dict[str, Any] = {
        "client_id": "rp",
        "client_name": "Budget Planner",
        "redirect_uris": (CALLBACK,),
        "grant_types": ("authorization_code", "refresh_token"),
        "scope": "openid profile email address phone accounts offline_access",
        "resources": ("https://api.example/accounts",),
    }
    return client_of(ClientMetadata(**metadata | changes), (), disabled=False)


def a_request(**changes: str | list[str] | None) -> AuthorizationRequest:
    """A complete request; None leaves a parameter out, a list sends it several times."""
    sent: dict[str, str | list[str] | None] = {
        "client_id": "rp",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
        "state": "af0ifjsldkj",
        "nonce": "n-0S6_WzA2Mj",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    given = {name: value for name, value in (sent | changes).items() if value is not None}
    return read_request(read_parameters(urlencode(given, doseq=True).encode()))


def matched(client: Client | None = None, **changes: str | list[str] | None) -> MatchedRequest:
    """The request with its redirect URI matched."""
    return match_redirect_uri(client or a_client(), a_request(**changes))


def asked(
    client: Client | None = None,
    hinted: str | None = None,
    attainable: tuple[str, ...] = ("pwd",),
    **changes: str | list[str] | None,
) -> Asked:
    """What the request asks for, where only passwords can be proven unless said otherwise."""
    return understand(matched(client, **changes), BASELINE, attainable, hinted)
